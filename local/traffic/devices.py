"""Devices that catch and play media, as deviceInfo.

https://learn.microsoft.com/graph/api/resources/callrecords-deviceinfo
"""

from random import Random

from callrecords.graphtypes import JsonObject
from local.traffic.clients import Client
from local.traffic.primitives import single

# What a service, and a client for media without a device, sends.
NO_DEVICE: JsonObject = {
    "captureDeviceName": None,
    "captureDeviceDriver": None,
    "renderDeviceName": None,
    "renderDeviceDriver": None,
    "sentSignalLevel": None,
    "receivedSignalLevel": None,
    "sentNoiseLevel": None,
    "receivedNoiseLevel": None,
    "initialSignalLevelRootMeanSquare": None,
    "cpuInsufficentEventRatio": None,  # Graph's spelling
    "renderNotFunctioningEventRatio": None,
    "captureNotFunctioningEventRatio": None,
    "deviceGlitchEventRatio": None,
    "lowSpeechToNoiseEventRatio": None,
    "lowSpeechLevelEventRatio": None,
    "deviceClippingEventRatio": None,
    "howlingEventCount": None,
    "renderZeroVolumeEventRatio": None,
    "renderMuteEventRatio": None,
    "micGlitchRate": None,
    "speakerGlitchRate": None,
}


def audio_device(rng: Random, client: Client) -> JsonObject:
    """The headset, or what does for one; levels in dB, ratios of the call's length."""
    driver = f"Fabrikam Audio: 6.0.{rng.randrange(9000, 9900)}" if client.platform == "windows" else None
    return {
        **NO_DEVICE,
        "captureDeviceName": client.headset,
        "captureDeviceDriver": driver,
        "renderDeviceName": client.headset,
        "renderDeviceDriver": driver,
        "sentSignalLevel": rng.randrange(-45, -12),
        "receivedSignalLevel": rng.choice((None, rng.randrange(-45, -12))),
        "sentNoiseLevel": rng.randrange(-90, -55),
        "receivedNoiseLevel": rng.choice((None, rng.randrange(-90, -55))),
        "initialSignalLevelRootMeanSquare": single(rng.uniform(5, 900)),
        "cpuInsufficentEventRatio": _rare_ratio(rng),
        "renderNotFunctioningEventRatio": _rare_ratio(rng),
        "captureNotFunctioningEventRatio": _rare_ratio(rng),
        "deviceGlitchEventRatio": _rare_ratio(rng),
        "lowSpeechToNoiseEventRatio": _rare_ratio(rng),
        "lowSpeechLevelEventRatio": _rare_ratio(rng),
        "deviceClippingEventRatio": _rare_ratio(rng),
        "howlingEventCount": rng.choices((0, 1, 4), (96, 3, 1))[0],
        "renderZeroVolumeEventRatio": _rare_ratio(rng),
        "renderMuteEventRatio": _rare_ratio(rng),
        "micGlitchRate": rng.choices((0, 3, 143), (90, 8, 2))[0],
        "speakerGlitchRate": rng.choices((0, 7, 3830), (90, 8, 2))[0],
    }


def camera(client: Client) -> JsonObject:
    """The camera, of which clients report the name alone."""
    return {**NO_DEVICE, "captureDeviceName": client.camera}


def _rare_ratio(rng: Random) -> float:
    return single(rng.random()) if rng.random() < 0.03 else 0

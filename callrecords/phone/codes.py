"""The table of the codes with which calls over Direct Routing fail.

finalSipCode is the answer by SIP, callEndSubReason Microsoft's own code, which says more. In a code n is any digit.
"""

from typing import NamedTuple

from callrecords.ports.phonerow import PhoneSide

# The page and those that it leads to, for 403, 404, 410, 480 to 488, 500 and 504.
_TEAMS = (
    "https://learn.microsoft.com/microsoftteams/troubleshoot/phone-system/direct-routing/microsoft-sip-response-codes"
)
# Says the same of inbound calls; https://learn.microsoft.com/azure/communication-services/concepts/troubleshooting-codes
# has the normal ends.
_ACS = "https://learn.microsoft.com/azure/communication-services/concepts/telephony/troubleshooting-pstn-call-failures"
_RFC = "https://www.rfc-editor.org/rfc/rfc3261#section-21"


class Code(NamedTuple):
    """What a code means; None is any sub-code, any SIP code or any phrase."""

    sub: str | None
    sip: str | None
    side: PhoneSide
    cause: str
    look_at: str
    source: str = _TEAMS
    phrase: str | None = None  # a word that the phrase has


_SBC_LOGS = "The logs of the SBC, and of the carrier behind it."
_ROUTES = "The voice routes and policies of the user, and the trunks in them."
_REACH = "Whether the SBC runs, its name in DNS, its firewall, and its certificate."
_MEDIA = "The media that the SBC offers: codecs, SRTP, ICE, and the ports that its firewall lets through."
_NUMBER = "The number as it was dialled, and the rules that translate it."
_CALLEE = "Nothing, unless it is frequent: this is what people do."
_LICENCE = "The licence of the user, and what the user may call."

# What fits first counts.
CODES = (
    # Normal ends.
    Code("540000", None, "unknown", "The call ended normally, and is told as failed.", "The call record.", _ACS),
    Code("560000", None, "unknown", "The call ended normally, and is told as failed.", "The call record.", _ACS),
    # Single codes.
    Code(
        "10199", None, "configuration", "The called user may not have private calls.", "The policy of the called user."
    ),
    Code("10500", None, "configuration", "Location-based routing blocks the call.", "The sites and location policies."),
    Code("10553", None, "microsoft", "The compliance recorder could not be invited.", "The recording application."),
    Code(
        "510532", None, "configuration", "Nothing is set up for the trunk of the inbound call.", "The trunk in Teams."
    ),
    Code("510534", None, "configuration", "The organisation blocks the caller's number.", "The blocked numbers."),
    Code("510546", None, "configuration", "Location-based routing, or toll bypass, leaves no trunk.", _ROUTES),
    Code("510559", None, "configuration", "There is no voice route for the number.", _ROUTES),
    Code("510560", None, "configuration", "The user is not enabled for Enterprise Voice.", _LICENCE),
    Code("510562", None, "configuration", "The user may not call the telephone network.", _LICENCE),
    Code("510563", None, "configuration", "The user may make domestic calls only.", _LICENCE),
    Code("10202", None, "microsoft", "The call that was to be replaced is not found.", "The transfer before it."),
    Code("511404", None, "configuration", "The number is that of no user.", "To whom the number is assigned."),
    Code("531000", "488", "sbc", "Both sides have no medium in common, or SRTP is missing.", _MEDIA),
    Code("531000", None, "sbc", "The description of the media cannot be used.", _MEDIA),
    Code("531004", None, "network", "No way for the media was found: the ICE checks failed.", _MEDIA),
    Code("531005", None, "network", "The way of the media was lost in the middle of the call.", _MEDIA),
    Code("531027", None, "sbc", "The SBC offers no ICE candidates for media bypass.", _MEDIA),
    Code("10037", None, "callee", "The called user has no client that is signed in.", _CALLEE),
    Code(
        "10140", None, "configuration", "The settings of the bot are missing.", "The settings of the voice application."
    ),
    Code("10191", None, "configuration", "Routing to voicemail is off.", "The voicemail of the called user."),
    Code("560484", None, "sbc", "The SBC rejected the form of the number.", _NUMBER),
    Code("10321", None, "microsoft", "The bot was busy.", "How many calls the voice application takes at once."),
    Code("510482", None, "configuration", "The call was forwarded in a loop.", "The forwarding of all who are in it."),
    Code(
        "510544",
        None,
        "configuration",
        "No gateway was there for an emergency call.",
        f"At once: {_ROUTES}",
        phrase="emergency",
    ),
    Code("510544", None, "configuration", "No trunk was there for the outbound call.", _ROUTES),
    Code("540500", None, "sbc", "The INVITE came twice, or a transfer has nothing to transfer.", _SBC_LOGS),
    Code("549002", None, "sbc", "TLS with the SBC went down, or the first line of its request is bad.", _SBC_LOGS),
    Code("569002", None, "sbc", "Microsoft could not reach the SBC, or TLS with it failed.", _REACH),
    Code("569003", None, "sbc", "TLS with the SBC failed.", _REACH),
    Code("569008", None, "sbc", "The certificate of the SBC has expired.", "The certificate of the SBC."),
    Code("569009", None, "sbc", "The root of the SBC's certificate is not trusted.", "The certificate of the SBC."),
    # Whole ranges. The last three digits of the first two are the SIP code.
    Code("560nnn", None, "sbc", "The SBC, or what is behind it, answered the outbound call with", _SBC_LOGS),
    Code("540nnn", None, "sbc", "The SBC, or what is behind it, ended the inbound call with", _SBC_LOGS, _ACS),
    Code("569nnn", None, "sbc", "Microsoft could not reach the SBC.", _REACH),
    # SIP alone: not who answered so.
    Code(None, "400", "unknown", "The request was malformed.", _SBC_LOGS, _RFC),
    Code(None, "401", "configuration", "The sender has to sign in.", _SBC_LOGS, _RFC),
    Code(None, "403", "configuration", "The call was refused.", _ROUTES, _RFC),
    Code(None, "404", "unknown", "The number was not found.", _NUMBER, _RFC),
    Code(None, "405", "unknown", "The method is not allowed.", _SBC_LOGS, _RFC),
    Code(None, "407", "configuration", "The sender has to sign in to a proxy.", _SBC_LOGS, _RFC),
    Code(None, "408", "network", "No answer came in time.", _SBC_LOGS, _RFC),
    Code(None, "410", "unknown", "The number is gone.", _NUMBER, _RFC),
    Code(None, "415", "unknown", "The form of the request is not supported.", _SBC_LOGS, _RFC),
    Code(None, "420", "unknown", "A required extension is not known.", _SBC_LOGS, _RFC),
    Code(None, "480", "callee", "The called party was not available.", _CALLEE, _RFC),
    Code(None, "481", "unknown", "The call is not known.", _SBC_LOGS, _RFC),
    Code(None, "482", "configuration", "The call went in a loop.", _ROUTES, _RFC),
    Code(None, "483", "configuration", "The call went over too many stations.", _ROUTES, _RFC),
    Code(None, "484", "caller", "The number was incomplete.", _NUMBER, _RFC),
    Code(None, "485", "unknown", "The number was ambiguous.", _NUMBER, _RFC),
    Code(None, "486", "callee", "The called party was busy.", _CALLEE, _RFC),
    Code(None, "487", "caller", "The caller gave up.", _CALLEE, _RFC),
    Code(None, "488", "unknown", "The media were not acceptable.", _MEDIA, _RFC),
    Code(None, "491", "unknown", "Two requests crossed each other.", _SBC_LOGS, _RFC),
    Code(None, "500", "unknown", "A server failed.", _SBC_LOGS, _RFC),
    Code(None, "501", "unknown", "A server cannot do what was asked.", _SBC_LOGS, _RFC),
    Code(None, "502", "unknown", "A server got a bad answer.", _SBC_LOGS, _RFC),
    Code(None, "503", "unknown", "A server was overloaded or under maintenance.", _SBC_LOGS, _RFC),
    Code(None, "504", "network", "A server got no answer in time.", _REACH, _RFC),
    Code(None, "600", "callee", "The called party was busy everywhere.", _CALLEE, _RFC),
    Code(None, "603", "callee", "The called party declined.", _CALLEE, _RFC),
    Code(None, "604", "unknown", "The number is nowhere.", _NUMBER, _RFC),
    Code(None, "606", "unknown", "The media were not acceptable.", _MEDIA, _RFC),
    Code(None, "3nn", "unknown", "The call was sent elsewhere.", _ROUTES, _RFC),
    Code(None, "4nn", "unknown", "The request was refused.", _SBC_LOGS, _RFC),
    Code(None, "5nn", "unknown", "A server failed.", _SBC_LOGS, _RFC),
    Code(None, "6nn", "unknown", "The call was refused everywhere.", _SBC_LOGS, _RFC),
)

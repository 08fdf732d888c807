"""The roles of the services that take voice calls.

https://learn.microsoft.com/graph/api/resources/callrecords-serviceuseragent
"""

VOICEMAIL = frozenset({"voicemail", "exchangeUnifiedMessagingService"})
QUEUES = frozenset({"skypeForBusinessCallQueues", "responseGroupService", "responseGroupServiceAnnouncementService"})
ATTENDANTS = frozenset({"skypeForBusinessAutoAttendant", "skypeForBusinessAttendant"})
VOICE_SERVICES = VOICEMAIL | QUEUES | ATTENDANTS

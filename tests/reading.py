"""A reading of a call record as a test has it, in pages as small as the test wants."""

from callrecords.callrecord import CallRecord, Piece, Progress
from callrecords.elements import Elements
from callrecords.errors import Throttled


class PagedReading:
    """Stands for a RecordReading, which goes on from `since` where there is one.

    Graph gives it `pages` of `size` elements, and then no more for now.
    """

    is_at_next_link = True

    def __init__(
        self, whole: CallRecord, *, size: int = 1_000, pages: int = 1_000, since: Progress | None = None
    ) -> None:
        assert since is None or since.version == whole.version
        self.version = whole.version
        self._whole = whole
        self._size = size
        self._left = pages
        self._read = self._dropped = self._began_at = int(since.next_link or 0) if since else 0
        self._pages = since.followed if since else 0

    @property
    def held_bytes(self) -> int:
        return self._read - self._dropped

    @property
    def has_advanced(self) -> bool:
        return self._read > self._began_at

    async def read_on(self) -> bool:
        if self._read == len(self._whole.sessions) + len(self._whole.participants):
            return False
        if not self._left:
            raise Throttled("Held back.", 1)
        self._left -= 1
        self._pages += 1
        self._read = min(self._read + self._size, len(self._whole.sessions) + len(self._whole.participants))
        return True

    def piece(self) -> Piece:
        whole, count = self._whole, len(self._whole.sessions)
        sessions, participants = [*whole.sessions], [*whole.participants]
        return Piece(
            call_id=whole.call_id,
            version=whole.version,
            day=whole.day,
            sessions=Elements(sessions[self._dropped : self._read]),
            participants=Elements(participants[max(self._dropped - count, 0) : max(self._read - count, 0)]),
        )

    def drop(self) -> None:
        self._dropped = self._read

    def progress(self, parts: tuple[str, ...]) -> Progress:
        assert self._dropped == self._read
        return Progress(
            version=self.version,
            day=self._whole.day,
            parts=parts,
            stage="sessions",
            next_link=str(self._read),
            followed=self._pages,
            sessions=min(self._read, len(self._whole.sessions)),
        )

    def record(self) -> CallRecord | None:
        held, whole = self.piece(), self._whole
        return CallRecord(
            call_id=whole.call_id,
            version=whole.version,
            properties=whole.properties,
            sessions=held.sessions,
            participants=held.participants,
            caveats=whole.caveats,
        )

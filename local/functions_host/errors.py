"""What ends the host before it is ready."""


class HostError(Exception):
    """The app or its settings cannot be run; the text is one sentence that names the fault."""

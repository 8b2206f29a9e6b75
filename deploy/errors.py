"""What stops a build."""


class DeployError(RuntimeError):
    """The build can't go on; the message is one line that says what to do."""

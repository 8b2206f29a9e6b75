"""LiveKit on one machine: its real server as a child process, and a simulator of it."""

"""The version of this deployment."""

VERSION = "0.1.0"

"""The front end of the local stack: built from web/, served with the headers that a host sends."""

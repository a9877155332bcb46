"""Channels: how something reaches people."""

"""The pages: participant and facilitator, and the settings they run under."""

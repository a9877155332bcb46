"""The lowest floor: moments, spans, schedules, chance, wording, issues. It knows nothing of care."""

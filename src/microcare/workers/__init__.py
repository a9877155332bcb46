"""Workers: small loops around the deeds that time calls for."""

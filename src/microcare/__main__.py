"""`python -m microcare`."""

from microcare.cli import main

main()

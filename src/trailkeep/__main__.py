"""`python -m trailkeep` is the command `trailkeep`."""

from trailkeep.cli.main import main

if __name__ == "__main__":
    main()

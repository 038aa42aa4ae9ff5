"""The command line: gongxue serve, daily, rehearse, check-books, verify, demo, backup, restore, bench, manage."""

from gongxue.commands import main

if __name__ == "__main__":
    main()

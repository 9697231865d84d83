"""The least that sending costs in Python: prepared bytes, one connection, smtplib.

    python -m bench.plain_post FOLDER

FOLDER has ``mail.eml``, ``addresses.txt`` and ``port.txt``.
"""

import smtplib
import sys
from pathlib import Path


def main(folder: Path) -> None:
    """Send the same bytes to each address."""
    data = (folder / "mail.eml").read_bytes()
    addresses = (folder / "addresses.txt").read_text(encoding="utf-8").splitlines()
    with smtplib.SMTP("127.0.0.1", int((folder / "port.txt").read_text())) as server:
        for address in addresses:
            server.sendmail("desk@example.org", [address], data)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

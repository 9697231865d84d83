"""The post: one message to one address, over SMTP, as finished bytes.

Smtp(config)          a mail server: send(message) gives its reply, or raises MailError
Signer(config)        what signs a message for the domain (DKIM)
"""

from aggregator.mail.signing import Signer
from aggregator.mail.smtp import MESSAGES, Smtp

__all__ = ["MESSAGES", "Signer", "Smtp"]

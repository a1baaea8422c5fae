"""Mail comes in: mailboxes looked through by IMAP, a door for LMTP, answers out by SMTP."""

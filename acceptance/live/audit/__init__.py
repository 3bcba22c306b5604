"""What devices give to somebody who has no password: looked at from outside, with permission only.

Nothing is guessed and nothing is changed: each call only reads, each user is tried with exactly one
random password, and whatever was sent and came back stands in the record.
"""

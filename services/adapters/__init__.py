"""One file per outside thing. Only `services/wiring.py` imports them."""

"""GB/T 28181 with the toolkit as the platform: devices register, are asked, and send a stream.

SIP over UDP and TCP, bodies in XML, a programme stream (PS) over RTP.
"""

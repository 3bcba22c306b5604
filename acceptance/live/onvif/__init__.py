"""ONVIF: what a device says of itself, asked so that it survives, read so that nothing is lost.

Requests are built by onvif-zeep from the official WSDL; ``client`` sends them with time-outs and
whatever login the device wants, and keeps every request and reply as evidence. Replies are read
without regard to namespaces, and checked against the schema afterwards (decision 116).
"""

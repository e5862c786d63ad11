# SPDX-License-Identifier: Apache-2.0
"""PROXY headers as load balancers write them."""
import ipaddress
import struct

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
LOCAL = SIGNATURE + b"\x20\x00\0\0"


def v1(source="203.0.113.7", destination="198.51.100.1", source_port=51234, destination_port=443):
    family = "TCP6" if ":" in source else "TCP4"
    return f"PROXY {family} {source} {destination} {source_port} {destination_port}\r\n".encode()


def v2(source="203.0.113.7", destination="198.51.100.1", source_port=51234, destination_port=443, tlvs=b""):
    src, dst = ipaddress.ip_address(source), ipaddress.ip_address(destination)
    body = src.packed + dst.packed + struct.pack(">HH", source_port, destination_port) + tlvs
    return SIGNATURE + bytes([0x21, 0x11 if src.version == 4 else 0x21]) + struct.pack(">H", len(body)) + body


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def with_checksum(off=0, **kw):
    """A v2 header with a checksum, which is wrong by <off>."""
    whole = v2(tlvs=b"\x03\0\4\0\0\0\0", **kw)
    return whole[:-4] + struct.pack(">I", crc32c(whole) ^ off)

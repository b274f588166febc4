#!/usr/bin/env python3
"""A CP2112, a USB bridge with eight GPIO lines, made of /dev/uhid: Debian's kernel has no simulated chip, but
the driver of this one, so that the kernel's own lines, edges and bounces are asked. Runs in the guest.

    usb-gpio.py FILE    the lines' levels are FILE's first byte, bit by bit, read again each time"""
import os
import struct
import sys

DESTROY, START, GET_REPORT, GET_REPLY, CREATE2, SET_REPORT, SET_REPLY = 1, 2, 9, 10, 11, 13, 14
EVENT_BYTES = 4380  # sizeof(struct uhid_event)
BUS_USB, CP2112 = 3, (0x10c4, 0xea90)
VERSION, GPIO_CONFIG, GPIO_GET, SMBUS_CONFIG = 0x05, 0x02, 0x03, 0x06
SIZES = {GPIO_CONFIG: 5, GPIO_GET: 2, 0x04: 3, VERSION: 3, SMBUS_CONFIG: 14, 0x11: 2, 0x15: 6, 0x20: 2}


def descriptor():
    """One vendor's page of feature reports, and a report each way."""
    text = b"\x06\x00\xff\x09\x01\xa1\x01\x15\x00\x26\xff\x00\x75\x08"
    for number, size in sorted(SIZES.items()):
        text += bytes([0x85, number, 0x95, size - 1, 0x09, 0x01, 0xb1, 0x02])
    text += bytes([0x85, 0x13, 0x95, 61, 0x09, 0x01, 0x81, 0x02, 0x85, 0x14, 0x95, 61, 0x09, 0x01, 0x91, 0x02])
    return text + b"\xc0"


def main():
    fd = os.open("/dev/uhid", os.O_RDWR)
    reports = {number: bytes([number]) + bytes(size - 1) for number, size in SIZES.items()}
    text = descriptor()
    os.write(fd, struct.pack("<I128s64s64sHHIIII", CREATE2, b"a board's switch", b"", b"", len(text), BUS_USB,
                             *CP2112, 1, 0) + text.ljust(4096, b"\0"))
    while True:
        event = os.read(fd, EVENT_BYTES)
        kind = struct.unpack_from("<I", event)[0]
        if kind == GET_REPORT:
            request, number = struct.unpack_from("<IB", event, 4)
            if number == GPIO_GET:
                with open(sys.argv[1], "rb") as levels:
                    reports[number] = bytes([number]) + levels.read(1)
            data = reports.get(number, b"")
            os.write(fd, struct.pack("<IIHH", GET_REPLY, request, 0 if data else 5, len(data)) +
                     data.ljust(4096, b"\0"))
        elif kind == SET_REPORT:
            request, number, _, size = struct.unpack_from("<IBBH", event, 4)
            reports[number] = event[12:12 + size]
            os.write(fd, struct.pack("<IIH", SET_REPLY, request, 0))


main()

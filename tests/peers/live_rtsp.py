#!/usr/bin/python3
"""live_rtsp.py PORT FEED TRANSPORTS: what comes as MPEG-TS on the UDP port FEED, as rtsp://127.0.0.1:PORT/live.
TRANSPORTS: tcp, udp or tcp+udp."""
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

port, feed, transports = sys.argv[1:]
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(
    "( udpsrc address=127.0.0.1 port=%s buffer-size=1000000 caps=video/mpegts,systemstream=true ! tsdemux name=d "
    "d. ! queue ! h264parse config-interval=1 ! rtph264pay name=pay0 pt=96 "
    "d. ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97 )" % feed)
factory.set_shared(True)
factory.set_protocols({"tcp": GstRtsp.RTSPLowerTrans.TCP, "udp": GstRtsp.RTSPLowerTrans.UDP,
                       "tcp+udp": GstRtsp.RTSPLowerTrans.TCP | GstRtsp.RTSPLowerTrans.UDP}[transports])
server.get_mount_points().add_factory("/live", factory)
server.attach(None)
GLib.MainLoop().run()

"""A certificate authority of the province's own, made by openssl."""
import pathlib
import subprocess


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


class Authority:
    """`ca`, and a certificate of it with its key for `names`."""

    def __init__(self, folder, names=("DNS:localhost", "IP:127.0.0.1"), title="TTN thử nghiệm"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.ca, self.ca_key = self.folder / "ca.pem", self.folder / "ca.key"
        self.certificate, self.key = self.folder / "ttn.pem", self.folder / "ttn.key"
        curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        openssl("req", "-x509", *curve, "-keyout", self.ca_key, "-out", self.ca, "-days", 30, "-utf8",
                "-subj", "/CN=" + title)
        request, names_file = self.folder / "ttn.csr", self.folder / "names"
        names_file.write_text("subjectAltName=%s\n" % ",".join(names))
        openssl("req", *curve, "-keyout", self.key, "-out", request, "-subj", "/CN=ttn")
        openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.ca_key, "-CAcreateserial",
                "-days", 20, "-extfile", names_file, "-out", self.certificate)

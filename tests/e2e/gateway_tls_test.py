#!/usr/bin/env python3
"""The gateway that listens with TLS. usage: gateway_tls_test.py TURNOUT"""
import shutil
import signal
import subprocess
import unittest

from gateway_case import GatewayCase, turnout


class Tls(GatewayCase):
    def certificate(self, name="own"):
        """Makes NAME.pem and NAME.key, for 127.0.0.1."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
                        "-nodes", "-days", "2",
                        "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                        self.folder / f"{name}.key",
                        "-out", self.folder / f"{name}.pem"], check=True, capture_output=True, timeout=30)

    def curl(self, gateway, authority):
        """The body of /healthz, if curl trusts the certificate; else nothing."""
        said = subprocess.run(["curl", "-sS", "--cacert", self.folder / authority,
                               f"https://127.0.0.1:{gateway.port}/healthz"],
                              capture_output=True, text=True, check=False, timeout=30)
        return said.stdout if said.returncode == 0 else None

    def test_listens_with_tls_and_reads_its_certificate_again(self):
        mock = self.mock()
        self.config(mock.port)
        file = self.folder / "turnout.toml"
        file.write_text(file.read_text().replace("port = 0", 'port = 0\ntls_certificate = "own.pem"\ntls_key = '
                                                             '"own.key"'))
        self.assertIn("own.pem", turnout("serve", "-c", file, "--check").stderr)
        self.assertIn("own.pem", turnout("serve", "-c", file).stderr)
        self.certificate()
        self.assertEqual(turnout("serve", "-c", file, "--check").returncode, 0)
        gateway = self.serve()
        shutil.copy(self.folder / "own.pem", self.folder / "first.pem")
        self.assertEqual(self.curl(gateway, "first.pem"), "ok\n")
        self.certificate("other")
        shutil.copy(self.folder / "other.pem", self.folder / "own.pem")  # its key has not come yet
        gateway.process.send_signal(signal.SIGHUP)
        self.assertIn("not the key of the certificate", gateway.process.stderr.readline())
        self.assertEqual(self.curl(gateway, "first.pem"), "ok\n")
        shutil.copy(self.folder / "other.key", self.folder / "own.key")
        gateway.process.send_signal(signal.SIGHUP)
        self.assertIn("read again", gateway.process.stderr.readline())
        self.assertEqual(self.curl(gateway, "other.pem"), "ok\n")
        self.assertIsNone(self.curl(gateway, "first.pem"))
        self.assertEqual(gateway.end(), 0)


if __name__ == "__main__":
    unittest.main()

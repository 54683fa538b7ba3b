# SPDX-License-Identifier: Apache-2.0
"""A PulseAudio server of the test's own without any hardware: what is played to it is recorded and measured."""
import os
import subprocess

from processes import Failed, Process, wait_until

RATE = 44100
SOURCE = "speakers.monitor"


class SoundServer:
    """Programs with `env` play to it; tone() says what is heard right now."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "sound")
        os.makedirs(self.folder, mode=0o700)
        self.socket = os.path.join(self.folder, "native")
        self.env = {**os.environ, "PULSE_SERVER": f"unix:{self.socket}", "HOME": self.folder,
                    "PULSE_RUNTIME_PATH": self.folder, "PULSE_STATE_PATH": self.folder, "TMPDIR": self.folder}
        self.client_env = {"PULSE_SERVER": self.env["PULSE_SERVER"]}
        self.process = Process("pulseaudio", [
            "pulseaudio", "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "--disable-shm=yes",
            "--load=module-null-sink sink_name=speakers",
            f"--load=module-native-protocol-unix socket={self.socket} auth-anonymous=1"],
            os.path.join(self.folder, "pulseaudio.log"), self.env)

    def __enter__(self):
        self.process.start()

        def answers():
            if not self.process.is_alive():
                raise Failed(f"pulseaudio ended: {self.process.log_tail()}")
            return subprocess.run(["pactl", "info"], env=self.env, capture_output=True).returncode == 0
        wait_until(answers, 20, "the sound server")
        return self

    def __exit__(self, *_):
        self.process.stop()

    def tone(self, seconds=1.0):
        """What is played in the next `seconds`: (level 0 … 1, loudest frequency in Hz)."""
        import numpy
        wanted = int(RATE * seconds) * 2
        recorder = subprocess.Popen(["parec", f"--device={SOURCE}", f"--rate={RATE}", "--channels=1", "--format=s16le",
                                     "--latency-msec=50"], env=self.env, stdout=subprocess.PIPE)
        try:
            samples = numpy.frombuffer(recorder.stdout.read(wanted), numpy.int16) / 32768
        finally:
            recorder.terminate()
            recorder.wait()
            recorder.stdout.close()
        strength = abs(numpy.fft.rfft(samples * numpy.hanning(len(samples))))
        return float(numpy.sqrt((samples ** 2).mean())), float(strength.argmax() / seconds)

"""A Slurm cluster of this machine alone, in a temporary folder: munged, slurmctld and slurmd, ended with the test."""

import os
import pathlib
import shutil
import socket
import subprocess
import time

PROGRAMS = ["munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo"]

CONFIGURATION = """
ClusterName=test
SlurmctldHost={host}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
CryptoType=crypto/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmctldPort={port}
SlurmdPort={next_port}
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_interval=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobRequeue=1
KillWait=5
MinJobAge=10
PropagateResourceLimits=NONE
NodeName={host} CPUs={cpus} State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """What a cluster cannot be started without; empty if nothing is missing."""
    if os.getuid() != 0:
        return "root, to start munged and slurmd"
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    absent = [name for name in PROGRAMS if not shutil.which(name, path=path)]
    return f"{', '.join(absent)}: apt-get install slurm-wlm munge" if absent else ""


def free_ports():
    """The first of two neighbouring ports that nobody uses."""
    for port in range(26817, 27817, 2):
        try:
            for number in (port, port + 1):
                with socket.socket() as probe:
                    probe.bind(("", number))
            return port
        except OSError:
            continue
    raise OSError("no free ports")


class Cluster:
    def __init__(self, folder):
        self.folder, self.processes = pathlib.Path(folder), []
        host, port = socket.gethostname().split(".")[0], free_ports()
        for name in ("state", "spool"):
            (self.folder / name).mkdir(parents=True)
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            host=host, user="root", folder=self.folder, port=port, next_port=port + 1, cpus=os.cpu_count()))
        self.environment = {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf"),
                            "PATH": os.environ["PATH"] + ":/usr/sbin:/sbin"}

    def start(self):
        key = self.folder / "munge.key"
        key.write_bytes(os.urandom(1024))
        key.chmod(0o400)
        self.folder.chmod(0o755)
        self._spawn("munged", "--foreground", "--force", f"--key-file={key}", f"--socket={self.folder}/munge.socket",
                    f"--pid-file={self.folder}/munged.pid", f"--log-file={self.folder}/munged.log",
                    f"--seed-file={self.folder}/munged.seed")
        self._wait(lambda: (self.folder / "munge.socket").exists(), "munged")
        self._spawn("slurmctld", "-D", "-i", "-c")
        self._spawn("slurmd", "-D")
        self._wait(lambda: "idle" in self.run("sinfo", "--noheader", "--format=%T", check=False), "slurmd")

    def run(self, *words, check=True):
        done = subprocess.run(words, env=self.environment, capture_output=True, text=True, timeout=60)
        if check and done.returncode != 0:
            raise OSError(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def wait_until_empty(self, seconds):
        self._wait(lambda: not self.run("squeue", "--noheader").strip(), "the queue", seconds)

    def start_requeued(self, task):
        """Starts a task that was queued again, which Slurm delays by two minutes."""
        self._wait(lambda: "BeginTime" in self.run("squeue", "--noheader", "--format=%r"), "the requeue")
        self.run("scontrol", "update", f"JobId={task}", "StartTime=now")

    def stop(self):
        self.run("scancel", "--user=root", check=False)
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _spawn(self, *words):
        with open(self.folder / f"{words[0]}.out", "w") as log:
            self.processes.append(subprocess.Popen(words, env=self.environment, stdout=log, stderr=log))

    def _wait(self, holds, what, seconds=30):
        deadline = time.monotonic() + seconds
        while not holds():
            if time.monotonic() > deadline:
                logs = "\n".join(f"{path.name}:\n{path.read_text()[-2000:]}" for path in
                                 [*self.folder.glob("*.out"), *self.folder.glob("*.log")])
                raise TimeoutError(f"{what} after {seconds} s\n{logs}")
            time.sleep(0.2)

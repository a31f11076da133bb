"""The timed works by name: their sizes, and the peers that do them too. fm_bench and the peers use the same names."""

from dataclasses import dataclass

ROWS = 20480  # of the data set in memory; an epoch uses each once
TIME_FEATURES = 64
SOLVER_STEPS = 10
PPO_COPIES, PPO_SEGMENT, PPO_EPOCHS = 16, 256, 10

PEERS = ("jax", "torch-compile", "torch-eager", "onnxruntime", "onnxruntime-all", "gymnasium", "envpool", "libfm-one-thread",
         "stable-baselines3", "sbx")
ROOFLINE = "roofline"  # listed like a peer: the time of a step's matrix products at the rate of the largest one


@dataclass(frozen=True)
class Sizes:
    observations: int
    actions: int
    width: int
    layers: int

    @property
    def widths(self):
        """Layer widths of the velocity network, from its input [z, embedded time, observation] to its output."""
        return [self.actions + TIME_FEATURES + self.observations, *[self.width] * self.layers, self.actions]


@dataclass(frozen=True)
class Work:
    kind: str  # train: a training step; act: one action; sample: many; steps, bridge, ppo: one environment step
    peers: tuple
    sizes: Sizes = None
    batch: int = 1
    device: str = "cpu"  # or "cuda"
    env: str = ""  # Gymnasium's id

    @property
    def operations(self):
        """Floating-point operations in the matrix products of a training step: forward, and the gradients with respect to
        weights and inputs, except for the first layer's inputs."""
        pairs = [a * b for a, b in zip(self.sizes.widths, self.sizes.widths[1:])]
        return 2 * self.batch * (3 * sum(pairs) - pairs[0])


SMALL = Sizes(observations=3, actions=1, width=256, layers=3)  # the pendulum
MIDDLE = Sizes(observations=67, actions=21, width=512, layers=4)  # a humanoid
LARGE = Sizes(observations=67, actions=21, width=1024, layers=5)

TRAINERS = ("jax", "torch-compile", "torch-eager")
ACTORS = ("jax", "onnxruntime", "onnxruntime-all", "torch-compile", "torch-eager")

WORKS = {
    "train 256x3 b256": Work("train", TRAINERS, SMALL, 256),
    "train 512x4 b256": Work("train", TRAINERS, MIDDLE, 256),
    "train 512x4 b1024": Work("train", TRAINERS, MIDDLE, 1024),
    "train 1024x5 b1024": Work("train", TRAINERS, LARGE, 1024),
    "act 256x3": Work("act", ACTORS, SMALL),
    "act 512x4": Work("act", ACTORS, MIDDLE),
    "sample 4096 256x3": Work("sample", TRAINERS, SMALL, 4096),
    "pendulum steps": Work("steps", ("gymnasium",), env="Pendulum-v1"),
    "humanoid steps": Work("steps", ("gymnasium", "envpool", "libfm-one-thread"), env="Humanoid-v5"),
    "bridge Hopper-v5": Work("bridge", ("gymnasium",), env="Hopper-v5"),
    "bridge Pendulum-v1": Work("bridge", ("gymnasium",), env="Pendulum-v1"),
    "ppo pendulum": Work("ppo", ("stable-baselines3", "sbx"), Sizes(3, 1, 64, 2), 256, env="Pendulum-v1"),
    "ppo hopper": Work("ppo", ("stable-baselines3", "sbx"), Sizes(11, 3, 256, 2), 128, env="Hopper-v5"),
    "ppo humanoid": Work("ppo", ("stable-baselines3", "sbx"), Sizes(348, 17, 256, 2), 1024, env="Humanoid-v5"),
    "train 256x3 b256 cuda": Work("train", TRAINERS, SMALL, 256, "cuda"),
    "train 512x4 b1024 cuda": Work("train", TRAINERS, MIDDLE, 1024, "cuda"),
    "train 1024x5 b4096 cuda": Work("train", TRAINERS, LARGE, 4096, "cuda"),
    "sample 4096 256x3 cuda": Work("sample", TRAINERS, SMALL, 4096, "cuda"),
    "sample 65536 256x3 cuda": Work("sample", TRAINERS, SMALL, 65536, "cuda"),
}

# libfm in bfloat16 against the peers in float32 (on CUDA in TF32), as they are usually run.
BFLOAT16 = " bf16"
WORKS |= {name + BFLOAT16: work for name, work in WORKS.items() if work.kind in ("train", "act")}


def peers_name(name):
    """The peers' work that libfm's work of this name is compared with."""
    return name.removesuffix(BFLOAT16)


def done_by(peer, *kinds):
    """{name: Work} of the works of these kinds that a peer does."""
    return {name: work for name, work in WORKS.items()
            if peer in work.peers and work.kind in kinds and peers_name(name) == name}

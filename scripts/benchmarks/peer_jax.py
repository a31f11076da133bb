"""JAX with Equinox and Optax: whole epochs in one jitted scan, with donated state that stays on the device. Random numbers
come from XLA's own generator, which is faster on a CPU than JAX's default."""

import math
from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import optax
from serving import Timed, serve
from works import ROWS, SOLVER_STEPS, TIME_FEATURES, done_by

FREQUENCIES = jnp.asarray(np.geomspace(1.0, 20.0, TIME_FEATURES // 2), jnp.float32)


def make_net(sizes):
    return eqx.nn.MLP(sizes.widths[0], sizes.actions, sizes.width, sizes.layers, jax.nn.silu, key=jax.random.key(0))


def velocity(net, z, t, observations):
    """z (N, A), t (N, 1), observations (N, O)"""
    angles = t * FREQUENCIES
    return jax.vmap(net)(jnp.concatenate([z, jnp.sin(angles), jnp.cos(angles), observations], axis=1))


def flow_matching_loss(net, key, x1, observations):
    noise_key, time_key = jax.random.split(key)
    z0 = jax.random.normal(noise_key, x1.shape)
    t = jax.random.uniform(time_key, (x1.shape[0], 1))
    return jnp.mean((velocity(net, (1 - t) * z0 + t * x1, t, observations) - (x1 - z0)) ** 2)


def train(work):
    sizes, batch = work.sizes, work.batch
    numbers = np.random.default_rng(0)
    observations = jnp.asarray(numbers.standard_normal((ROWS, sizes.observations), np.float32))
    actions = jnp.asarray(numbers.standard_normal((ROWS, sizes.actions), np.float32))
    optimiser = optax.adamw(1e-3, weight_decay=1e-4)
    arrays, static = eqx.partition(make_net(sizes), eqx.is_array)

    @partial(jax.jit, donate_argnums=(0,))
    def epoch(state, order, observations, actions):
        def step(state, rows):
            arrays, moments, key = state
            key, draws = jax.random.split(key)
            net = eqx.combine(arrays, static)
            loss, gradient = eqx.filter_value_and_grad(flow_matching_loss)(net, draws, actions[rows],
                                                                          observations[rows])
            gradient = eqx.filter(gradient, eqx.is_array)
            updates, moments = optimiser.update(gradient, moments, arrays)
            return (eqx.apply_updates(arrays, updates), moments, key), loss

        return jax.lax.scan(step, state, order)

    state = (arrays, optimiser.init(arrays), jax.random.key(1))

    def run():
        nonlocal state
        order = numbers.permutation(ROWS).astype(np.int32).reshape(-1, batch)
        state, losses = epoch(state, order, observations, actions)
        losses.block_until_ready()

    return Timed(run, ROWS // batch)


def solve(net, z, observations):
    for i in range(SOLVER_STEPS):
        t = jnp.full((z.shape[0], 1), i / SOLVER_STEPS)
        z = z + velocity(net, z, t, observations) / SOLVER_STEPS
    return z


def sample(work):
    sizes = work.sizes
    arrays, static = eqx.partition(make_net(sizes), eqx.is_array)
    observations = np.random.default_rng(0).standard_normal((work.batch, sizes.observations), np.float32)
    key = jax.random.key(1)

    @jax.jit
    def actions(arrays, key, observations):
        key, draws = jax.random.split(key)
        z0 = jax.random.normal(draws, (work.batch, sizes.actions))
        return solve(eqx.combine(arrays, static), z0, observations), key

    def run():
        nonlocal key
        sampled, key = actions(arrays, key, observations)
        np.asarray(sampled)

    return Timed(run)


def makers():
    yield from ((name, partial(train, work)) for name, work in done_by("jax", "train").items())
    yield from ((name, partial(sample, work)) for name, work in done_by("jax", "act", "sample").items())


if __name__ == "__main__":
    jax.config.update("jax_default_prng_impl", "rbg")
    serve(dict(makers()))

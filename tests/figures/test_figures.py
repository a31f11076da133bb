"""The content of the figures, read back from their matplotlib artists."""

import copy
import json
import unittest

import examples
import make_example
import numpy as np
from figures import (ablation, delay, denoising_process, expert_trajectory, flow_field, interval, outside,
                     predicted_actions, rollout_comparison, samples, sampling_steps, style, time_series, training)
from figures.run import Dimension, FlowField, load


def texts(ax):
    return [text.get_text() for text in ax.texts]


def points(line):
    return np.column_stack(line.get_data()).astype(float)


class Figures(examples.RunTest):
    def test_expert_trajectory_shows_the_hardest_start_in_seconds(self):
        run = load(self.directory)
        axes = expert_trajectory.draw(run).axes
        states = run.expert.states[run.hardest_start()]
        velocity = next(line for line in axes[1].lines if len(line.get_xdata()) == 201)
        np.testing.assert_allclose(points(velocity), np.column_stack([np.arange(201) * 0.05, states[:, 1]]))
        start, end = (line for line in axes[3].lines if line.get_marker() == "o")
        np.testing.assert_allclose(points(start)[0], [make_example.wrap(states[0, 0]), states[0, 1]])
        np.testing.assert_allclose(points(end)[0], [make_example.wrap(states[-1, 0]), states[-1, 1]])
        self.assertIn("39 other episodes", expert_trajectory.caption(run))

    def test_predicted_actions_lie_over_recorded_ones(self):
        self.assertIsNone(predicted_actions.draw(load(self.directory)))
        recorded = np.linspace(-1.0, 1.0, 30)[:, None]
        sampled = recorded + np.linspace(-0.5, 0.5, 21)[:, None, None]
        with self.hdf5() as file:
            for number in range(2):
                group = file.create_group(f"predictions/{number}")
                group["recorded"], group["sampled"] = recorded, sampled
        run = load(self.directory)
        axes = predicted_actions.draw(run).axes
        self.assertEqual(len(axes), 2)  # one dimension, two episodes
        shown = {line.get_label(): line.get_ydata() for line in axes[1].lines}
        np.testing.assert_allclose(shown["recorded"], recorded[:, 0])
        np.testing.assert_allclose(shown["policy"], recorded[:, 0], atol=1e-12)
        low, high = axes[1].collections[0].get_datalim(axes[1].transData).intervaly
        np.testing.assert_allclose([low, high], [-1.45, 1.45], atol=1e-6)
        self.assertIn("2 recorded episodes", predicted_actions.caption(run))

    def test_an_action_is_held_until_the_next(self):
        run = load(self.directory)
        panel = expert_trajectory.draw(run).axes[2]
        torque = next(line for line in panel.lines if line.get_drawstyle() == "steps-post")
        actions = run.expert.actions[run.hardest_start()][:, 0]
        np.testing.assert_allclose(torque.get_ydata(), np.append(actions, actions[-1]))

    def test_rollout_comparison_pairs_the_returns(self):
        run = load(self.directory)
        axes = rollout_comparison.draw(run).axes
        np.testing.assert_allclose(axes[3].collections[0].get_offsets(),
                                   np.column_stack([run.expert.returns, run.policy.returns]))
        shown = {line.get_label(): line.get_ydata() for line in axes[1].lines}
        np.testing.assert_array_equal(shown["policy"], run.policy.states[run.hardest_start()][:, 1])
        np.testing.assert_array_equal(shown["expert"], run.expert.states[run.hardest_start()][:, 1])

    def test_every_difference_is_in_the_histogram_or_counted_beside_it(self):
        run = load(self.directory)
        run.policy.returns[0] -= 500.0
        ax = rollout_comparison.draw(run).axes[4]
        inside = sum(bar.get_height() for bar in ax.patches)
        beyond = sum(int(text.get_text().split()[0]) for text in ax.texts)
        self.assertEqual(inside + beyond, self.EPISODES)
        worst = (run.policy.returns - run.expert.returns).min()
        self.assertIn(f"1 beyond,\nto −{abs(worst):.0f}", [text.get_text() for text in ax.texts])

    def test_gap_is_as_evaluated_or_from_the_returns(self):
        run = load(self.directory)
        run.evaluation["gap"] = {"mean": -7.0, "ci95": [-9.0, -5.0]}
        self.assertIn(interval.MEANING, rollout_comparison.caption(run))
        self.assertIn("Mean gap −7.00 (95 % interval −9.00 to −5.00)", rollout_comparison.caption(run))
        run.evaluation = {}
        run.expert.returns, run.policy.returns = np.zeros(4), np.array([-1.0, 1.0, 3.0, 5.0])
        # Mean 2, squared deviations 9 + 1 + 1 + 9 = 20: standard error sqrt(20 / 3 / 4) = 1.291.
        self.assertEqual(str(rollout_comparison.gap(run)), "+2.00 (95 % interval −0.53 to +4.53)")

    def test_flow_field_puts_velocity_at_its_time_and_action(self):
        run = load(self.directory)
        panel = flow_field.draw(run).axes[2]
        mesh = panel.collections[0]
        corners = mesh.get_coordinates().reshape(-1, 2)
        values = np.asarray(mesh.get_array()).ravel()
        place = np.argmin(np.hypot(*(corners - [0.25, -3.0]).T))
        known = 2.0 * make_example.velocity(np.array([-1.5]), 0.25, make_example.MIXTURES["upright"])[0]
        self.assertAlmostEqual(values[place], known, places=6)
        self.assertEqual(mesh.norm.vmin, -mesh.norm.vmax)
        self.assertEqual(len({ax.collections[0].norm.vmax for ax in panel.figure.axes[:3]}), 1)
        diamond = next(line for line in panel.lines if line.get_marker() == "D")
        np.testing.assert_allclose(points(diamond), [[1.0, run.flow_fields[2].expert_action]])

    def test_flow_field_shows_all_actions_of_all_states(self):
        run = load(self.directory)
        run.flow_fields[0].actions = run.flow_fields[0].actions * 1.5
        self.assertEqual({ax.get_ylim() for ax in flow_field.draw(run).axes[:3]}, {(-7.5, 7.5)})

    def test_flow_field_shows_the_bounds_of_the_action(self):
        run = load(self.directory)
        for ax in flow_field.draw(run).axes[:3]:
            self.assertEqual([line.get_ydata() for line in ax.lines if len(line.get_ydata()) == 2], [[-2.0] * 2, [2.0] * 2])
            self.assertIn("limit", texts(ax))
        self.assertIn("Dotted lines are the bounds", flow_field.caption(run))
        run.actions[0].high = np.inf
        self.assertNotIn("limit", texts(flow_field.draw(run).axes[0]))
        run.actions[0].low, run.actions[0].high = -8.0, 20.0
        self.assertEqual(flow_field.draw(run).axes[0].get_ylim(), (-5.0, 5.0))
        self.assertIn("Bounds of the action outside the axes: −8.00 N m and 20.0 N m.", flow_field.caption(run))

    def test_samples_beyond_the_axes_are_counted(self):
        run = load(self.directory)
        field, state = run.flow_fields[0], run.denoising[0]
        field.trajectories, state.paths = np.zeros_like(field.trajectories), np.zeros_like(state.paths)
        self.assertEqual([text for text in texts(flow_field.draw(run).axes[0]) if "outside" in text], [])
        field.trajectories[:3, 4], field.trajectories[5, 0] = 5.1, -9.0
        self.assertIn("4 of 100\nsamples outside", texts(flow_field.draw(run).axes[0]))
        state.paths[0, 3], state.paths[1, 0], state.paths[2, -1], state.paths[400, -1] = 99.0, -99.0, 99.0, 99.0
        middle, noise, action = denoising_process.draw(run).axes[:3]
        self.assertIn("3 of 300\nsamples outside", texts(middle))
        self.assertIn("1 of 500\nsamples outside", texts(noise))
        self.assertIn("2 of 500\nsamples outside", texts(action))

    def test_outside_is_beyond_the_axes_at_any_time(self):
        paths = np.array([[0.0, 1.0 + 1e-7], [0.0, 1.1], [-0.1, 0.5], [np.nan, 0.0]])
        self.assertEqual(outside.of_paths(paths, 0.0, 1.0).tolist(), [False, True, True, True])

    def test_arrows_follow_the_flow(self):
        run = load(self.directory)
        arrows = flow_field.draw(run).axes[0].collections[1]
        slopes = arrows.V / arrows.U
        torque, time = arrows.XY[:, 1], arrows.XY[:, 0]
        known = [2.0 * make_example.velocity(np.array([a / 2.0]), t, make_example.MIXTURES["hanging"])[0]
                 for a, t in zip(torque, time)]
        np.testing.assert_allclose(slopes, known, atol=1e-6)
        np.testing.assert_allclose(np.hypot(arrows.U, arrows.V), 1.0)

    def test_histograms_hold_the_samples_of_both_ends(self):
        run = load(self.directory)
        axes = denoising_process.draw(run).axes
        low, high = denoising_process.shown_range(run)
        for state, (left, right) in zip(run.denoising, ((axes[3 * row + 1], axes[3 * row + 2]) for row in range(3))):
            for ax, samples in ((left, state.trajectories[:, 0]), (right, state.trajectories[:, -1])):
                counted = sum(bar.get_width() for bar in ax.patches)
                self.assertEqual(counted, np.count_nonzero((samples >= low) & (samples <= high)))
            centre = [bar.get_y() + bar.get_height() / 2 for bar in right.patches]
            mean = np.average(centre, weights=[bar.get_width() for bar in right.patches])
            self.assertAlmostEqual(mean, state.trajectories[:, -1].mean(), delta=0.1)

    def test_training_shows_the_later_of_two_lines_for_a_step(self):
        metrics = [{"step": 2, "train_loss": 5.0}, {"step": 1, "train_loss": 4.0}, {"step": 2, "train_loss": 3.0},
                   {"step": 3, "train_loss": None}, {"step": 4, "train_loss": float("nan")}, {"rollout_return": 1.0}]
        self.assertEqual(training.curve(metrics, "train_loss"), ([1, 2], [4.0, 3.0]))

    def test_training_without_rollouts_is_one_panel(self):
        run = load(self.directory)
        self.assertEqual(len(training.draw(run).axes), 2)
        run.metrics = [entry for entry in run.metrics if "train_loss" in entry]
        self.assertEqual(len(training.draw(run).axes), 1)
        run.metrics = []
        self.assertIsNone(training.draw(run))

    def test_reinforcement_shows_the_return_while_exploring_over_steps_of_the_environment(self):
        run = load(self.directory)
        run.metrics = [{"step": 0, "rollout_return": -9.0, "rollout_expert_return": -1.0},
                       {"step": 100, "iteration": 1, "exploring_return": -8.0}, {"step": 200, "exploring_return": -7.0}]
        ax, = training.draw(run).axes
        self.assertEqual(ax.get_xlabel(), "step of the environment")
        self.assertEqual([line.get_label() for line in ax.get_lines()], ["exploring", "expert", "policy"])
        self.assertIn("while exploring", training.caption(run))

    def test_training_says_what_the_two_losses_are_of(self):
        run = load(self.directory)
        self.assertIn("moving average of the weights", texts(training.draw(run).axes[0])[0])
        with open(self.directory / "config.yaml", "a") as file:
            file.write("  ema: 0.0\n")
        self.assertIn("weights at the epoch's end", texts(training.draw(run).axes[0])[0])
        for entry in run.metrics:
            entry.pop("validation_loss", None)
        self.assertEqual(texts(training.draw(run).axes[0]), [])

    def test_training_shows_the_intervals_of_rollouts(self):
        run = load(self.directory)
        ax = training.draw(run).axes[1]
        ends = [segment[:, 1] for segment in ax.containers[0].lines[2][0].get_segments()]
        rollouts = [entry for entry in run.metrics if "rollout_gap" in entry]
        np.testing.assert_allclose(ends, [[-150.1 + entry[f"rollout_gap_{end}"] for end in ("low", "high")]
                                          for entry in rollouts])
        self.assertIn("policy, 95 % interval of the gap", [line.get_label() for line in ax.lines])
        self.assertIn(interval.MEANING, training.caption(run))

    def test_training_shows_rollouts_without_intervals_as_points(self):
        run = load(self.directory)
        for entry in run.metrics:
            entry.pop("rollout_gap_low", None)
        ax = training.draw(run).axes[1]
        self.assertEqual((len(ax.containers), [line.get_label() for line in ax.lines]), (0, ["expert", "policy"]))
        self.assertNotIn("interval", training.caption(run))

    def test_ablation_needs_one_numeric_setting_that_differs(self):
        def variants(*settings):
            return [{"settings": s, "gap": {"mean": 0.0, "ci95": [0.0, 0.0]}} for s in settings]

        guided = variants({"sampler.guidance": 5, "a": "x"}, {"sampler.guidance": 1, "a": "x"})
        self.assertEqual(ablation.varied(guided), ("sampler.guidance", guided[::-1]))
        self.assertEqual(ablation.varied(variants({"sampler.steps": 5}, {"sampler.steps": 1})), (None, []))
        self.assertEqual(ablation.varied(variants({"solver": "rk4"}, {"solver": "euler"})), (None, []))
        self.assertEqual(ablation.varied(variants({"s": 1, "t": 1}, {"s": 2, "t": 2})), (None, []))
        self.assertEqual(ablation.varied(guided[:1]), (None, []))

    def test_ablation_draws_gap_and_interval(self):
        run = load(self.directory)
        for variant in run.evaluation["variants"]:
            variant["settings"] = {"sampler.executed": variant["settings"]["sampler.steps"]}
        ax = ablation.draw(run).axes[0]
        gaps = [variant["gap"] for variant in run.evaluation["variants"]]
        bars = ax.containers[0]
        means = [gap["mean"] for gap in gaps]
        np.testing.assert_allclose(points(bars.lines[0]), np.column_stack([(1, 2, 5, 10, 20), means]))
        ends = [segment[:, 1] for segment in bars.lines[2][0].get_segments()]
        np.testing.assert_allclose(ends, [gap["ci95"] for gap in gaps])

    def test_ablation_has_a_row_for_each_point_of_any_other_grid(self):
        run = load(self.directory)
        for i, variant in enumerate(run.evaluation["variants"]):
            variant["settings"] = {"sampler.solver": "euler", "sampler.executed": i, "policy.mode": "ab"[i % 2]}
        rows = ablation.points(run)
        self.assertEqual(rows[1][0], "executed 1, policy.mode b")
        ax = ablation.draw(run).axes[0]
        self.assertEqual([label.get_text() for label in ax.get_yticklabels()], [text for text, _ in rows])
        np.testing.assert_allclose(points(ax.containers[0].lines[0])[:, 0], [gap.mean for _, gap in rows])
        self.assertIn(f"{len(rows)} settings", ablation.caption(run))

    def delayed(self):
        """A run evaluated at 3 delays with 2 prefixes; return and jerk tell them apart."""
        run = load(self.directory)
        base = run.evaluation["variants"][0]
        run.evaluation["variants"] = [
            {**base, "settings": {"sampler.delay": d, "sampler.prefix": prefix},
             "policy": {**base["policy"], "return": {"mean": -100.0 * d - k, "ci95": [-100.0 * d - k - 3, -100.0 * d - k + 5]},
                        "metrics": {"action_jerk": 0.5 * d + 0.1 * k}}}
            for d in (4, 0, 2) for k, prefix in enumerate(("none", "guided"))]
        return run

    def test_delay_draws_return_and_jerk_of_each_method(self):
        run = self.delayed()
        returns, jerks = delay.draw(run).axes
        for k, label in enumerate(("prefix none", "prefix guided")):
            of = {ax: next(points(line) for line in ax.lines if line.get_label() == label) for ax in (returns, jerks)}
            np.testing.assert_allclose(of[returns], [(d, -100.0 * d - k) for d in (0, 2, 4)])
            np.testing.assert_allclose(of[jerks], [(d, 0.5 * d + 0.1 * k) for d in (0, 2, 4)])
        ends = returns.containers[0].lines[2][0].get_segments()
        np.testing.assert_allclose([segment[:, 1] for segment in ends], [(-100.0 * d - 3, -100.0 * d + 5) for d in (0, 2, 4)])
        self.assertIn("prefix none, prefix guided", delay.caption(run))
        self.assertIn(interval.MEANING, delay.caption(run))
        self.assertIsNone(ablation.draw(run))

    def test_delay_shows_the_expert_where_it_fits(self):
        for jerk, lines in ((1.0, 1), (50.0, 0)):
            run = self.delayed()
            run.evaluation["expert"]["metrics"] = {"action_jerk": jerk}
            returns, jerks = delay.draw(run).axes
            self.assertEqual([len([line for line in ax.lines if len(set(line.get_ydata())) == 1]) for ax in (returns, jerks)],
                             [1, lines])

    def test_delay_stands_beside_other_runs(self):
        run, other = self.delayed(), self.delayed()
        other.policy_name = "mean_flow"
        for variant in other.evaluation["variants"]:
            variant["settings"].pop("sampler.prefix")
        run.others = [other]
        self.assertEqual(list(delay.curves([run, other])), ["prefix none", "prefix guided", "mean flow"])
        again = copy.deepcopy(other)
        again.directory = other.directory.with_name("again")
        self.assertEqual(list(delay.curves([run, other, again]))[2:], [f"mean flow {other.directory.name}", "mean flow again"])

    def test_delay_needs_variants_of_several_delays(self):
        self.assertIsNone(delay.draw(load(self.directory)))
        run = self.delayed()
        for variant in run.evaluation["variants"]:
            variant["settings"]["sampler.delay"] = 2
        self.assertEqual(delay.varied(run.evaluation["variants"]), [])
        run = self.delayed()
        for variant in run.evaluation["variants"]:
            variant["policy"] = None
        self.assertEqual(delay.varied(run.evaluation["variants"]), [])

    def test_goals_are_drawn_over_the_state_of_their_unit(self):
        run = load(self.directory)
        run.goals = [Dimension("rate", "rad/s")]
        for rollouts in (run.policy, run.expert):
            rollouts.goals = [np.full((len(states), 1), 2.5) for states in rollouts.states]
        axes = rollout_comparison.draw(run).axes
        level = [line for line in axes[1].lines if len(line.get_ydata()) > 2 and set(line.get_ydata()) == {2.5}]
        self.assertEqual(len(level), 1)
        self.assertIn("dashed line is the goal", rollout_comparison.caption(run))
        flow_field_words = run.goal_words([FlowField("up", *[np.zeros(2)] * 5, goal=np.array([2.5]))])
        self.assertEqual(flow_field_words, " The goal in each: rate 2.50 rad/s.")

    def test_samples_of_a_policy_without_a_flow_stand_beside_the_distribution(self):
        run = load(self.directory)
        run.states, run.denoising, run.actions = [], [], [Dimension("x"), Dimension("y")]
        for rollouts in (run.policy, run.expert):
            rollouts.actions = [np.ones((1, 2)) * i for i in range(5)]
        self.assertEqual([ax.get_title(loc="left") for ax in samples.draw(run).axes], ["samples", "the distribution"])
        self.assertIn("5 samples", samples.caption(run))

    def test_sampling_steps_draws_a_curve_for_each_solver_over_its_network_evaluations(self):
        run = load(self.directory)
        euler = run.evaluation["variants"]
        heun = [{**v, "settings": {**v["settings"], "sampler.solver": "heun"},
                 "latency": {**v["latency"], "solver": "heun", "nfe": 2 * v["latency"]["nfe"]}} for v in euler]
        run.evaluation["variants"] = euler + heun
        lines = {line.get_label(): points(line) for line in sampling_steps.draw(run).axes[0].lines}
        gaps = [variant["gap"]["mean"] for variant in euler]
        np.testing.assert_allclose(lines["euler"], np.column_stack([(1, 2, 5, 10, 20), gaps]))
        np.testing.assert_allclose(lines["heun"], np.column_stack([(2, 4, 10, 20, 40), gaps]))
        run.evaluation["latency"] = {**run.evaluation["latency"], "solver": "dopri5", "nfe": 60}
        self.assertEqual([nfe for nfe, _ in sampling_steps.curves([run])["dopri5"]], [60])
        del run.evaluation["latency"]
        other = load(self.directory)
        other.policy_name = "mean_flow"
        run.others = [other]
        self.assertEqual(list(sampling_steps.curves([run, other])), ["euler", "heun", "mean flow"])
        self.assertIn("mean flow", sampling_steps.caption(run))

    def test_sampling_steps_needs_variants_that_differ_in_nothing_else(self):
        variants = load(self.directory).evaluation["variants"]
        self.assertEqual(sampling_steps.varied(variants), variants)
        variants[0]["settings"]["sampler.temperature"] = 0.5
        self.assertEqual(sampling_steps.varied(variants), [])
        self.assertEqual(sampling_steps.varied([]), [])

    def test_samples_shows_a_distribution_on_its_way_from_noise(self):
        with self.hdf5() as file:
            make_example.turn_into_distribution(file)
        run = load(self.directory)
        axes = samples.draw(run).axes
        self.assertEqual([ax.get_title("left") for ax in axes],
                         ["t = 0.00", "t = 0.25", "t = 0.50", "t = 0.75", "t = 1.00", "the distribution"])
        paths = run.denoising[0].paths
        np.testing.assert_allclose(axes[1].collections[0].get_offsets(), paths[:, 5])
        np.testing.assert_allclose(axes[4].collections[0].get_offsets(), paths[:, -1])
        np.testing.assert_allclose(axes[5].collections[0].get_offsets(), np.concatenate(run.expert.actions))
        for figure in (expert_trajectory, rollout_comparison, flow_field, denoising_process):
            self.assertIsNone(figure.draw(run))
        paths[:] = 0.0
        paths[:7, 10, 1], paths[2, 10, 0] = 1e3, -1e3
        self.assertEqual(samples.draw(run).axes[2].get_xlabel(), "7 of 500\nsamples outside")
        self.assertIn("500 samples", samples.caption(run))

    def test_samples_is_for_distributions_alone(self):
        self.assertIsNone(samples.draw(load(self.directory)))

    def test_another_environment_gets_its_own_names(self):
        with self.hdf5() as file:
            file.attrs.update({"env": "cart", "state_names": "position\nspeed", "state_units": "m\nm/s"})
        run = load(self.directory)
        self.assertEqual([ax.get_ylabel() for ax in expert_trajectory.draw(run).axes],
                         ["position (m)", "speed (m/s)", "torque (N m)"])
        position = expert_trajectory.draw(run).axes[0].lines[0]
        np.testing.assert_array_equal(position.get_ydata(), run.expert.states[run.hardest_start()][:, 0])

    def test_many_dimensions_are_cut_to_a_few_panels(self):
        run = load(self.directory)
        run.states, run.actions = run.states * 10, run.actions * 9
        self.assertEqual(len(time_series.panels(run)), time_series.MOST_PANELS)
        self.assertFalse(time_series.are_all_shown(run))
        self.assertEqual({is_action for _, _, is_action in time_series.panels(run)}, {True, False})

    def test_a_policy_without_an_expert_has_its_own_figures(self):
        with self.hdf5() as file:
            del file["expert"]
            for group in (*file["flow_field"].values(), *file["denoising"].values()):
                del group["expert_action"]
        (self.directory / "evaluation.json").write_text(json.dumps({"policy": None, "gap": None}))
        run = load(self.directory)
        self.assertIsNone(expert_trajectory.draw(run))
        for module in (rollout_comparison, flow_field, denoising_process):
            self.assertGreater(len(style.render(module.draw(run), "png")), 10000)
            self.assertNotIn("expert", module.caption(run))


if __name__ == "__main__":
    unittest.main()

import base64
import contextlib
import io
import json
import re
import unittest

import examples
import numpy as np
from figures import motion, motion_gif, motion_strip
from figures.checked_hdf5 import InputError
from figures.run import load
from PIL import Image

plot = examples.load_plot()


class Motion(examples.RunTest):
    def add_motion(self, actors=("expert", "policy"), frames=30):
        """A rod that turns beside a ball at rest, above a floor."""
        angle = np.linspace(0.0, 3.0, frames)
        rod = np.zeros((frames, 7))
        rod[:, 0], rod[:, 2], rod[:, 3], rod[:, 5] = np.sin(angle), np.cos(angle), np.cos(angle / 2), np.sin(angle / 2)
        rest = np.tile([0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0], (frames, 1))
        with self.hdf5() as file:
            file.attrs["state_names"] = "angle\nspeed"  # no pendulum, which is shown in its own way
            group = file.create_group("motion")
            group.attrs["kinds"], group.attrs["episode"], group.attrs["frame_time"] = "capsule\nsphere\nplane", 0, 0.04
            group["sizes"], group["colours"] = np.full((3, 3), 0.1), np.full((3, 3), 0.5)
            for actor in actors:
                group[actor] = np.stack([rod, rest, rest], 1).astype(np.float32)

    def plot(self):
        with contextlib.redirect_stdout(io.StringIO()):
            plot.plot(plot.parse([str(self.directory)]))

    def data(self, page):
        return json.loads(re.search(r'data-widget="motion".*?<script type="application/json">(.*?)</script>', page).group(1))

    def test_the_report_holds_every_frame(self):
        self.add_motion()
        self.plot()
        page = (self.directory / "report.html").read_text()
        data = self.data(page)
        self.assertEqual([shape["moves"] for shape in data["shapes"]], [True, False, False])
        self.assertEqual([actor["label"] for actor in data["actors"]], ["policy", "expert"])
        poses = np.frombuffer(base64.b64decode(data["actors"][0]["poses"]["data"]), "<f4").reshape(-1, 3, 7)
        self.assertEqual(len(poses), 30)
        np.testing.assert_allclose(poses[-1, 0, :3], [np.sin(3.0), 0.0, np.cos(3.0)], rtol=1e-6)
        self.assertTrue(data["planar"])
        self.assertGreater(data["extent"], 1.9)  # the heights that the rod reaches
        self.assertIn("side by side from the same start", page)

    def test_a_small_budget_leaves_out_frames_and_then_the_end(self):
        self.add_motion(frames=300)  # 12 s
        run = load(self.directory)
        whole, thin, short = (self.data(motion.html(run, budget)) for budget in (200_000, 25_000, 5_000))
        self.assertEqual([round(data["frame_time"], 6) for data in (whole, thin, short)], [0.04, 0.04, 0.04])
        self.assertEqual([data["actors"][0]["poses"]["shape"][0] for data in (whole, thin, short)], [300, 223, 44])
        self.assertIn("Of the episode the first 1.8 s are here.", motion.html(run, 5_000))
        self.assertNotIn("Of the episode", motion.html(run, 200_000))
        run.motion.frame_time = 0.01
        fewer = self.data(motion.html(run, 9_000))
        self.assertEqual((fewer["frame_time"], fewer["actors"][0]["poses"]["shape"][0]), (0.04, 75))

    def test_the_strip_of_a_movement_that_settles_shows_all_of_it(self):
        self.add_motion(frames=300)
        run = load(self.directory)
        for poses in run.motion.actors.values():
            poses[100:] = poses[100]  # of 300 frames
        frames = motion_strip.moments(run.motion)
        self.assertEqual(list(frames), list(range(0, 112, 7)))
        self.assertIn("0.28 s apart, from 0.0 s on", motion_strip.caption(run))
        for poses in run.motion.actors.values():
            poses[:] = poses[0]
        self.assertEqual(motion_strip.settling(run.motion, 300), 299)  # nothing moves

    def test_the_strip_shows_moments_from_the_side(self):
        self.add_motion()
        run = load(self.directory)
        frames = motion_strip.moments(run.motion)
        self.assertEqual(list(frames), [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29])  # 0.08 s apart
        (_, outline, _), = motion_strip.outlines(run.motion, [0], run.motion.actors["policy"][15])  # of what moves
        angle = np.linspace(0.0, 3.0, 30)[15]
        along = np.array([np.sin(angle), np.cos(angle)])  # the rod points away from the origin
        self.assertAlmostEqual(np.ptp(outline @ along), 0.4)  # two radii and the length between the centres
        self.assertAlmostEqual(np.ptp(outline @ [along[1], -along[0]]), 0.2)
        np.testing.assert_allclose(outline.mean(0), [0.0, np.cos(angle)], atol=1e-9)
        self.assertIsNotNone(motion_strip.draw(run))
        self.assertIn("0.08 s apart, from 0.0 s on", motion_strip.caption(run))
        run.motion.actors["policy"] = run.motion.actors["policy"][:1]  # it fell at once: both rows show that moment
        self.assertEqual(list(motion_strip.moments(run.motion)), [0])
        self.assertIsNotNone(motion_strip.draw(run))
        run.motion.actors["expert"][0, 0, 2] = 1e6  # the simulation diverged
        self.assertLess(motion_strip.draw(run).get_size_inches()[1], 100)
        run.motion.kinds[0] = "plane"
        self.assertIsNone(motion_strip.draw(run))

    def test_an_animation_shows_every_actor_and_keeps_the_time(self):
        self.add_motion()
        run = load(self.directory)
        image = Image.open(io.BytesIO(motion_gif.render(run)))
        self.assertEqual((image.format, image.n_frames), ("GIF", 24))  # of 29 x 0.04 s
        self.assertEqual(image.info["duration"], 50)  # ms, of a picture
        self.assertEqual(image.size[0], round(2 * motion_gif.PANEL * motion_gif.DPI))
        first = image.convert("RGB").tobytes()
        image.seek(15)
        self.assertNotEqual(image.convert("RGB").tobytes(), first)
        run.motion.frame_time = 0.024
        self.assertEqual(Image.open(io.BytesIO(motion_gif.render(run))).n_frames, 14)  # of 29 x 0.024 s
        del run.motion.actors["expert"]
        self.assertEqual(Image.open(io.BytesIO(motion_gif.render(run))).size[0], round(motion_gif.PANEL * motion_gif.DPI))
        run.motion = None
        self.assertIsNone(motion_gif.render(run))

    def test_goals_are_shown_with_their_units(self):
        self.add_motion()
        with self.hdf5() as file:
            file.attrs["goal_names"], file.attrs["goal_units"] = "velocity_x\nvelocity_y", "m/s\nm/s"
            for actor in ("policy", "expert"):
                episodes, steps = file[f"{actor}/rewards"].shape
                file[f"{actor}/goals"] = np.zeros((episodes, steps + 1, 2))
            for group in file["flow_field"].values():
                group["goal"] = [0.0, 0.0]
            file["motion/goals"] = np.stack([np.linspace(0.0, 1.45, 30), np.full(30, -0.2)], 1)
        data = self.data(motion.html(load(self.directory)))
        self.assertEqual([(goal["name"], goal["unit"]) for goal in data["goals"]], [("velocity x", "m/s"), ("velocity y", "m/s")])
        self.assertEqual(data["goals"][0]["values"][-1], 1.45)
        self.assertEqual(len(data["goals"][1]["values"]), 30)
        with self.hdf5() as file:
            file["motion/goals"][3, 0] = np.nan
        with self.assertRaisesRegex(InputError, "motion/goals: contains values that are not finite"):
            load(self.directory)
        with self.hdf5() as file:
            file["motion/goals"][3, 0] = 0.1
        self.assertLess(len(self.data(motion.html(load(self.directory), 2_000))["goals"][0]["values"]), 30)

    def test_a_demonstration_has_a_page_of_its_own(self):
        self.add_motion(actors=["expert"])
        self.make_demo()
        self.plot()
        page = (self.directory / "motion.html").read_text()
        self.assertEqual([actor["label"] for actor in self.data(page)["actors"]], ["expert"])

    def test_without_shapes_there_is_no_motion(self):
        self.plot()
        self.assertNotIn('<figure id="motion">', (self.directory / "report.html").read_text())

    def test_damaged_poses_are_refused(self):
        self.add_motion()
        with self.hdf5() as file:
            file["motion/policy"][3, 0, 0] = np.nan
        with self.assertRaisesRegex(InputError, "motion/policy: contains values that are not finite"):
            load(self.directory)


if __name__ == "__main__":
    unittest.main()

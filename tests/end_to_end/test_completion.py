"""What bash and zsh complete."""

import shutil
import subprocess
import unittest

from launcher import FM, LauncherTest


class Completion(LauncherTest):
    def replies(self, line, shell="bash"):
        """The completions of the last word of this command line."""
        program = f"""
            source <("{FM}" completion {shell}) || exit 1
            COMP_LINE='{line}' COMP_POINT={len(line)} COMPREPLY=()
            _fm
            printf '%s\\n' "${{COMPREPLY[@]}}\""""
        command = ["bash", "--norc", "-c", program] if shell == "bash" else ["zsh", "-f", "-c", program]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout.split()

    def test_commands_flags_keys_values_and_files(self):
        self.assertEqual(self.replies("fm sw"), ["sweep"])
        self.assertIn("compare", self.replies("scripts/fm "))
        self.assertEqual(self.replies("fm sweep --fail"), ["--fail-fast"])
        self.assertEqual(self.replies("fm run tiny.yaml train.epo"), ["train.epochs="])
        self.assertEqual(self.replies("fm run tiny.yaml network.name=m"), ["mlp"])
        self.assertEqual(self.replies("fm run tiny.yaml report.figures="), ["true", "false"])
        self.assertEqual(self.replies("fm run ti"), ["tiny.yaml"])

    @unittest.skipUnless(shutil.which("zsh"), "zsh is not installed")
    def test_zsh_replies_whole_words(self):
        self.assertEqual(self.replies("fm sw", "zsh"), ["sweep"])
        self.assertEqual(self.replies("fm run tiny.yaml train.epo", "zsh"), ["train.epochs="])
        self.assertEqual(self.replies("fm run tiny.yaml network.name=m", "zsh"), ["network.name=mlp"])


if __name__ == "__main__":
    unittest.main()

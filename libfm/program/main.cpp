// fm: the launcher, which runs experiments.

#include "libfm/launcher/launch.hpp"

int main(int argc, char** argv) { return fm::launch(argc, argv); }

#pragma once
// The launcher as a function, for programs that add environments, experts or networks of their own.

#include "libfm/core/registry.hpp"

namespace fm {

/// Does what the command line says, as `fm` does, with the registry's entries beside the project's own. To be called once,
/// from main(). @return the exit code
/// @throws std::invalid_argument for an entry whose name is taken
int launch(int argc, char** argv, Registry registry = {});

}  // namespace fm

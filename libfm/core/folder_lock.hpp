#pragma once
// Exclusive locks on folders, held as long as their descriptor is open.

#include "libfm/core/file_descriptor.hpp"

#include <string>

namespace fm {

/// @return false if another process holds the lock. File systems without locks lock nothing.
bool try_lock(const FileDescriptor& folder);

/// Waits for the lock; logs `message` if it has to wait. @throws Interrupted on a noted signal.
void wait_for_lock(const FileDescriptor& folder, const std::string& message);

}  // namespace fm

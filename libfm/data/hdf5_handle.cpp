#include "libfm/data/hdf5_handle.hpp"

#include <string>

namespace fm {
namespace {

std::string innermost_reason() {
  std::string reason = "HDF5 gives no reason";
  const auto take_first = [](unsigned n, const H5E_error2_t* error, void* text) -> herr_t {
    if (n == 0 && error->desc != nullptr) *static_cast<std::string*>(text) = error->desc;
    return 0;
  };
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, take_first, &reason);
  return reason;
}

}  // namespace

Hdf5Failure::Hdf5Failure() : std::runtime_error(innermost_reason()) {}

void silence_hdf5() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

}  // namespace fm

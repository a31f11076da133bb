#pragma once
// Files as a faulty or malicious writer could make them: a valid file, altered through HDF5's own interface.

#include "libfm/data/episode_file.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/data/sample_dataset.hpp"

#include <hdf5.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

class AlteredFile {
 public:
  /// Two episodes of 4 and 5 steps, altered by `alter`.
  explicit AlteredFile(const std::function<void(AlteredFile&)>& alter) : path_(folder_ / "data.h5") {
    fm::write_dataset(path_, sample_dataset(2));
    file_ = H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    alter(*this);
    H5Fclose(file_);
  }

  const std::filesystem::path& path() const { return path_; }
  hid_t file() const { return file_; }

  void remove(const std::string& path) { H5Ldelete(file_, path.c_str(), H5P_DEFAULT); }

  /// Replaces an object by an array of ones; `set` changes its storage properties.
  template <class T>
  void replace(
      const std::string& path, hid_t type, std::vector<hsize_t> shape, const std::vector<T>& values,
      const std::function<void(hid_t creation)>& set = [](hid_t) {}) {
    if (H5Lexists(file_, path.c_str(), H5P_DEFAULT) > 0) remove(path);
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    set(creation);
    const hid_t array = H5Dcreate2(file_, path.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    if (!values.empty()) H5Dwrite(array, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    H5Dclose(array);
    H5Pclose(creation);
    H5Sclose(space);
  }

  void replace_attribute(const std::string& path, const std::string& name, hid_t type, const void* value) {
    H5Adelete_by_name(file_, path.c_str(), name.c_str(), H5P_DEFAULT);
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute =
        H5Acreate_by_name(file_, path.c_str(), name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, type, value);
    H5Aclose(attribute);
    H5Sclose(space);
  }

 private:
  TemporaryFolder folder_;
  std::filesystem::path path_;
  hid_t file_ = H5I_INVALID_HID;
};

#pragma once
// How arrays of a dataset are stored in HDF5: as float32 where that loses nothing in any of the episodes, else as float64.

#include "libfm/data/episode_file.hpp"
#include "libfm/data/hdf5_writer.hpp"

#include <string>

namespace fm {

enum class Stored { float32, float64 };

struct StoredTypes {
  explicit StoredTypes(const Dataset& dataset);

  Stored observations = Stored::float32, actions = Stored::float32, executed_actions = Stored::float32,
         goals = Stored::float32;
};

void write_rows(Hdf5Writer& file, const std::string& path, const Matrix& rows, Stored stored = Stored::float64);

}  // namespace fm

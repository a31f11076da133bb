#pragma once
// Names, units and bounds of columns as attributes of an HDF5 file: KIND_names, KIND_units, KIND_low, KIND_high, where
// KIND is observation, action, goal or state. Each is a list, or a text with a line for each column; bounds may be "inf"
// and "-inf".

#include "libfm/data/column_choice.hpp"
#include "libfm/data/hdf5_reader.hpp"
#include "libfm/data/hdf5_writer.hpp"

#include <string>
#include <vector>

namespace fm {

void write_column_attributes(Hdf5Writer& file, const std::string& path, const std::string& kind,
                             const std::vector<Dimension>& dimensions);

/// Those of the object at `path`; what is missing is empty.
ColumnTexts read_column_attributes(const Hdf5Reader& file, const std::string& path, const std::string& kind);

}  // namespace fm

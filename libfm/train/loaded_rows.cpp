#include "libfm/train/loaded_rows.hpp"

#include "libfm/core/error.hpp"

#include <memory>
#include <utility>

namespace fm {

LoadedRows::LoadedRows(RowParts parts, const PolicyModel& model) : parts_(std::move(parts)), model_(model) {}

bool LoadedRows::load(std::size_t part) {
  if (loaded_ == part) return false;
  data_.reset();
  const std::shared_ptr<const Rows> rows = parts_[part];
  try {
    data_.emplace(*rows, model_);
  } catch (const InputError& error) {
    if (parts().size() == 1) throw;
    throw_input_error("{} (rows are those of part {} of {}; train.memory makes parts)", error.what(), part,
                      parts().size());
  }
  weights_ = rows->weights;
  loaded_ = part;
  return true;
}

void LoadedRows::release() {
  if (parts().size() == 1) return;
  data_.reset();
  loaded_.reset();
}

}  // namespace fm

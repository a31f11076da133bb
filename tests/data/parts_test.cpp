#include "libfm/data/parts.hpp"

#include "libfm/core/atomic_file.hpp"
#include "libfm/core/error.hpp"
#include "tests/catch.hpp"
#include "tests/core/error_of.hpp"
#include "tests/core/temporary_folder.hpp"
#include "tests/data/sample_dataset.hpp"

#include <fstream>

namespace fs = std::filesystem;

namespace {

const fm::Dataset dataset = sample_dataset(7);

const std::vector<fm::Episode> all(dataset.episodes.begin(), dataset.episodes.end());

void write_parts(const fs::path& parts, const std::vector<std::size_t>& sizes) {
  std::span<const fm::Episode> rest = all;
  for (const std::size_t size : sizes) {
    fm::write_part(parts, dataset.info, rest.first(size));
    rest = rest.subspan(size);
  }
}

std::string merged(const fs::path& parts, const fm::LabelledStates& states = {}) {
  const fs::path file = parts.string() + "_data.h5";
  fm::merge_parts(parts, dataset.info, dataset.episodes.size(), states, file);
  return fm::read_file(file, 1 << 28);
}

std::set<std::uint64_t> first(std::uint64_t count) {
  std::set<std::uint64_t> indices;
  for (std::uint64_t i = 0; i < count; ++i) indices.insert(i);
  return indices;
}

}  // namespace

CATCH_TEST_CASE("any division into parts merges into the same bytes", "[parts]") {
  const TemporaryFolder folder;
  fm::write_dataset(folder / "whole.h5", dataset);
  const std::string whole = fm::read_file(folder / "whole.h5", 1 << 28);
  int cut = 0;
  for (const std::vector<std::size_t>& sizes :
       std::vector<std::vector<std::size_t>>{{7}, {3, 4}, {1, 5, 1}, {1, 1, 1, 1, 1, 1, 1}}) {
    const fs::path parts = folder / fmt::format("parts{}", cut++);
    write_parts(parts, sizes);
    CATCH_CHECK(fm::collected_episodes(parts, dataset.info) == first(7));
    CATCH_CHECK(merged(parts) == whole);
  }
}

CATCH_TEST_CASE("uniform states go into the merged file", "[parts]") {
  const TemporaryFolder folder;
  const fm::LabelledStates states = {numbered(4, 3, 1), fm::Matrix(4, 0), numbered(4, 1, 2)};
  write_parts(folder / "parts", {7});
  merged(folder / "parts", states);
  fm::Dataset expected = dataset;
  expected.uniform_states = states;
  CATCH_CHECK(same(fm::read_dataset(folder / "parts_data.h5"), expected));
}

CATCH_TEST_CASE("collection resumes where it was killed", "[parts]") {
  const TemporaryFolder folder;
  const fs::path parts = folder / "parts";
  CATCH_CHECK(fm::collected_episodes(parts, dataset.info).empty());
  write_parts(parts, {3, 2});
  std::ofstream(parts / "000005.h5.tmp") << "what a kill left";
  CATCH_CHECK(fm::collected_episodes(parts, dataset.info) == first(5));
  CATCH_CHECK(contains(error_of<fm::MachineError>([&] { merged(parts); }), "episode 5 is missing from all parts"));
  fm::write_part(parts, dataset.info, std::span(all).subspan(5));
  write_parts(folder / "whole", {7});
  CATCH_CHECK(merged(parts) == merged(folder / "whole"));
}

CATCH_TEST_CASE("a damaged part and one with different settings are set aside and collected again", "[parts]") {
  const TemporaryFolder folder;
  const fs::path parts = folder / "parts";
  write_parts(parts, {2, 2, 2, 1});
  fs::resize_file(parts / "000002.h5", fs::file_size(parts / "000002.h5") / 2);
  fm::DatasetInfo other = dataset.info;
  other.seed = 1;
  fm::write_part(parts, other, std::span(all).subspan(4, 2));
  CATCH_CHECK(fm::collected_episodes(parts, dataset.info) == std::set<std::uint64_t>{0, 1, 6});
  CATCH_CHECK(fs::exists(parts / "000002.h5.refused"));
  CATCH_CHECK(fs::exists(parts / "000004.h5.refused"));
  fm::write_part(parts, dataset.info, std::span(all).subspan(2, 4));
  write_parts(folder / "whole", {7});
  CATCH_CHECK(merged(parts) == merged(folder / "whole"));
}

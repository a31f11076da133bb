#include "libfm/study/sweep_members.hpp"

#include "libfm/core/error.hpp"
#include "libfm/core/interrupt.hpp"
#include "libfm/experiment/preflight.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <sstream>

namespace fm {
namespace {

std::string key_of(const std::string& setting) { return setting.substr(0, setting.find('=')); }

std::string last_part(const std::string& key) { return key.substr(key.rfind('.') + 1); }

/// The value of a setting as a part of a file name: [256, 256] as 256x256, of a path its last part.
std::string value_name(std::string value) {
  std::erase_if(value, [](char c) { return c == '"' || c == '\'' || c == '[' || c == ']' || c == ' '; });
  value = value.substr(value.rfind('/') + 1);
  for (char& c : value) {
    if (c == ',') c = 'x';
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '-' && c != '+' && c != '_') c = '-';
  }
  return value;
}

/// The last part of the key, or all of it where another key ends alike.
std::string key_name(const std::string& key, const std::vector<std::string>& settings) {
  const auto is_alike = [&](const std::string& setting) { return last_part(key_of(setting)) == last_part(key); };
  return std::ranges::count_if(settings, is_alike) > 1 ? key : last_part(key);
}

std::string member_name(const std::vector<std::string>& settings) {
  std::string name;
  for (const std::string& setting : settings) {
    const std::string key = key_of(setting), value = value_name(setting.substr(key.size() + 1));
    name += name.empty() ? "" : "_";
    name += key == "seed" ? "s" + value : key_name(key, settings) + "-" + value;
  }
  return name.empty() ? "run" : name.substr(0, 150);
}

/// Calls work(member) for each and throws the problems of all at the end, those that members share once.
template <class Members, class Work>
void for_all(Members& members, const Work& work) {
  std::vector<std::string> lines;
  std::set<std::string> known;
  for (auto& member : members) {
    stop_if_interrupted();
    try {
      work(member);
    } catch (const InputError& e) {
      std::istringstream text(e.what());
      for (std::string line; std::getline(text, line);) {
        if (known.insert(line).second) lines.push_back(fmt::format("{} (first in {})", line, member.name));
      }
    }
  }
  if (!lines.empty()) throw InputError(fmt::format("{}", fmt::join(lines, "\n")));
}

}  // namespace

std::vector<std::string> member_names(const std::vector<std::vector<std::string>>& settings) {
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const auto& each : settings) {
    const std::string wanted = member_name(each);
    std::string name = wanted;
    for (int i = 2; !taken.insert(name).second; ++i) name = fmt::format("{}-{}", wanted, i);
    names.push_back(name);
  }
  return names;
}

std::vector<SweepMember> sweep_members(const Experiment& sweep) {
  const auto points = sweep_points(sweep.sweep);
  const std::vector<std::string> names = member_names(points);
  Experiment base = sweep;
  base.sweep = {};
  std::vector<SweepMember> members;
  for (std::size_t i = 0; i < points.size(); ++i) members.push_back({names[i], points[i], base});
  for_all(members, [&](SweepMember& member) { member.experiment = varied(base, member.settings); });
  return members;
}

void check_members(const std::vector<SweepMember>& members, OnThisMachine where) {
  CheckedData known;
  for_all(members, [&](const SweepMember& member) {
    Experiment experiment = member.experiment;
    if (where == OnThisMachine::no) experiment.device = "cpu";
    preflight(experiment, false, known);
  });
}

}  // namespace fm

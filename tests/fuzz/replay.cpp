// The plain driver: each input of a corpus, and changed copies of it, through its target. For every
// compiler; it learns nothing from what an input reached, which libFuzzer does.
//
//   fuzz_replay CORPUS [--runs N] [--seed N] [TARGET...]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "target.hpp"

namespace {

namespace fs = std::filesystem;
using pmembench::Random;
using Input = std::vector<std::uint8_t>;

std::vector<Input> read_corpus(const fs::path& folder) {
  std::vector<Input> inputs;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const fs::path& path : files) {
    std::ifstream file(path, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return inputs;
}

// A few bits turned, bytes set, parts removed, doubled, or taken from another input.
Input changed(Input input, const Input& other, Random& random) {
  for (std::uint64_t change = random() % 4 + 1; change > 0; --change) {
    const std::size_t at = input.empty() ? 0 : random() % input.size();
    const auto here = input.begin() + static_cast<std::ptrdiff_t>(at);
    const std::size_t length = std::min<std::size_t>(random() % 16 + 1, input.size() - at);
    switch (random() % 5) {
      case 0:
        if (!input.empty()) input[at] ^= static_cast<std::uint8_t>(1U << random() % 8);
        break;
      case 1:
        if (!input.empty()) input[at] = static_cast<std::uint8_t>(random());
        break;
      case 2:
        input.erase(here, here + static_cast<std::ptrdiff_t>(length));
        break;
      case 3: {
        const Input part(here, here + static_cast<std::ptrdiff_t>(length));
        input.insert(here, part.begin(), part.end());
        break;
      }
      default: {
        const std::size_t from = other.empty() ? 0 : random() % other.size();
        const std::size_t much = std::min<std::size_t>(random() % 32, other.size() - from);
        const auto begin = other.begin() + static_cast<std::ptrdiff_t>(from);
        input.insert(here, begin, begin + static_cast<std::ptrdiff_t>(much));
      }
    }
  }
  return input;
}

struct Words {
  fs::path corpus;
  std::uint64_t runs = 0, seed = 1;
  std::vector<std::string> targets;
};

// Where a crash ends the process, what it was given is in this file.
void keep(const Input& input) {
  const char* path = std::getenv("PMEMBENCH_FUZZ_KEEP");
  if (path == nullptr) return;
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(reinterpret_cast<const char*>(input.data()),
             static_cast<std::streamsize>(input.size()));
}

bool run(const pmembench::fuzz::Target& target, const Words& words) {
  const std::vector<Input> corpus = read_corpus(words.corpus / target.name);
  if (corpus.empty()) {
    std::fprintf(stderr, "%s has no corpus in %s\n", target.name, words.corpus.c_str());
    return false;
  }
  for (const Input& input : corpus) {
    keep(input);
    target.run(input);
  }
  Random random(words.seed);
  for (std::uint64_t i = 0; i < words.runs; ++i) {
    const Input& base = corpus[random() % corpus.size()];
    const Input input = changed(base, corpus[random() % corpus.size()], random);
    keep(input);
    target.run(input);
  }
  std::printf("%s: %zu inputs, %llu changed copies\n", target.name, corpus.size(),
              static_cast<unsigned long long>(words.runs));
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  Words words;
  for (int i = 1; i < count; ++i) {
    const std::string word = arguments[i];
    const bool has_value = i + 1 < count;
    if (word == "--runs" && has_value) {
      words.runs = std::strtoull(arguments[++i], nullptr, 10);
    } else if (word == "--seed" && has_value) {
      words.seed = std::strtoull(arguments[++i], nullptr, 10);
    } else if (words.corpus.empty()) {
      words.corpus = word;
    } else {
      words.targets.push_back(word);
    }
  }
  if (words.corpus.empty()) {
    std::fprintf(stderr, "usage: fuzz_replay CORPUS [--runs N] [--seed N] [TARGET...]\n");
    return 2;
  }
  if (words.targets.empty()) {
    for (const auto& target : pmembench::fuzz::targets()) words.targets.emplace_back(target.name);
  }
  for (const std::string& name : words.targets) {
    const auto* target = pmembench::fuzz::find_target(name);
    if (target == nullptr) {
      std::fprintf(stderr, "there is no target %s\n", name.c_str());
      return 2;
    }
    if (!run(*target, words)) return 1;
  }
  return 0;
}

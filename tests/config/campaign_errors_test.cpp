// Every sentence with which the reader refuses a campaign, and its place.
#include <gtest/gtest.h>

#include <string>

#include "tests/config/test_schema.hpp"

namespace pmembench {
namespace {

TEST(CampaignErrors, a_campaign_that_is_no_map) {
  const std::string sentence = "a campaign is a map of keys such as name, media and cells";
  EXPECT_EQ(error_of(""), "c.yaml:1:1: " + sentence);
  EXPECT_EQ(error_of("# nothing\n"), "c.yaml:1:1: " + sentence);
  EXPECT_EQ(error_of("just words"), "c.yaml:1:1: " + sentence);
  EXPECT_EQ(error_of("\n- a\n- b\n"), "c.yaml:2:1: " + sentence);
}

TEST(CampaignErrors, unknown_keys_with_the_nearest) {
  EXPECT_EQ(error_of("budgte: 4s\ncells: [{workload: a}]"),
            "c.yaml:1:1: unknown key 'budgte' at the campaign's top level; did you mean 'budget'?");
  EXPECT_EQ(error_of("xyzzyxyzzy: 4s\ncells: [{workload: a}]"),
            "c.yaml:1:1: unknown key 'xyzzyxyzzy' at the campaign's top level");
  EXPECT_EQ(error_of("cells:\n  - workload: a\n    thread: 2\n"),
            "c.yaml:3:5: unknown key 'thread' in a group of cells; did you mean 'threads'?");
  EXPECT_EQ(error_of("cells:\n  - matirx: {threads: 2}\n"),
            "c.yaml:2:5: unknown key 'matirx' in a group of cells; did you mean 'matrix'?");
  EXPECT_EQ(error_of("cells:\n  - matrix: {thread: 2}\n"),
            "c.yaml:2:14: unknown key 'thread' in a matrix; did you mean 'threads'?");
}

TEST(CampaignErrors, keys_in_the_wrong_place) {
  EXPECT_EQ(error_of("matrix: {threads: 2}\ncells: [{workload: a}]"),
            "c.yaml:1:1: 'matrix' belongs to a group of 'cells', not to the top level");
  EXPECT_EQ(error_of("cells:\n  - budget: 4s\n"),
            "c.yaml:2:5: 'budget' belongs to the campaign's top level");
  EXPECT_EQ(error_of("cells:\n  - matrix: {cells: 4}\n"),
            "c.yaml:2:14: 'cells' belongs to the campaign's top level");
  EXPECT_EQ(error_of("cells:\n  - matrix: {matrix: {threads: 1}}\n"),
            "c.yaml:2:14: unknown key 'matrix' in a matrix");
}

TEST(CampaignErrors, doubled_keys) {
  EXPECT_EQ(error_of("name: a\nname: b\ncells: [{workload: a}]"),
            "c.yaml:2:1: 'name' is here twice: remove one");
  EXPECT_EQ(error_of("cells: [{workload: a}]\n\ncells: [{workload: a}]"),
            "c.yaml:3:1: 'cells' is here twice: remove one");
  EXPECT_EQ(error_of("cells:\n  - threads: 1\n    threads: 2\n"),
            "c.yaml:3:5: 'threads' is here twice: remove one");
  EXPECT_EQ(error_of("cells:\n  - matrix: {threads: 1, threads: 2}\n"),
            "c.yaml:2:26: 'threads' is here twice: remove one");
  EXPECT_EQ(error_of("cells:\n  - threads: 1\n    matrix: {threads: [1, 2]}\n"),
            "c.yaml:3:14: 'threads' is in the group and in its matrix: remove one");
}

TEST(CampaignErrors, merge_keys) {
  EXPECT_EQ(error_of("cells:\n  - &g {workload: a}\n  - <<: *g\n"),
            "c.yaml:3:5: campaigns have no merge keys (<<): write the keys out, or alias the whole "
            "map");
}

TEST(CampaignErrors, wrong_types) {
  EXPECT_EQ(error_of("name: [a]\ncells: [{workload: a}]"),
            "c.yaml:1:7: 'name' takes one value, and this is a list");
  EXPECT_EQ(error_of("budget: {a: b}\ncells: [{workload: a}]"),
            "c.yaml:1:9: 'budget' takes one value, and this is a map");
  EXPECT_EQ(error_of("media: {a: b}\ncells: [{workload: a}]"),
            "c.yaml:1:8: 'media' takes one value, and this is a map");
  EXPECT_EQ(error_of("cells:\n  - matrix: {threads: [[1]]}\n"),
            "c.yaml:2:24: 'threads' takes one value, and this is a list");
  EXPECT_EQ(error_of("cells:\n  - workload: [a, b]\n"),
            "c.yaml:2:15: 'workload' has a list: move it under 'matrix'");
  EXPECT_EQ(error_of("cells:\n  - operation_size: 64:*2:256\n"),
            "c.yaml:2:21: 'operation_size' has a range: move it under 'matrix'");
  EXPECT_EQ(error_of("cells:\n  - matrix: [threads]\n"),
            "c.yaml:2:13: 'matrix' is a map of cell keys to lists or ranges");
  EXPECT_EQ(error_of("cells:\n  - threads\n"),
            "c.yaml:2:5: a group of 'cells' is a map of cell keys, such as workload");
  EXPECT_EQ(error_of("cells: {workload: a}\n"),
            "c.yaml:1:8: 'cells' is a list of groups: begin each with '- '");
  EXPECT_EQ(error_of("name: a\ncells:\n"),
            "c.yaml:2:1: 'cells' is a list of groups: begin each with '- '");
}

TEST(CampaignErrors, things_that_are_not_there) {
  EXPECT_EQ(error_of("name: a\n"), "c.yaml:1:1: the campaign has no 'cells': add a list of groups");
  EXPECT_EQ(error_of("cells: []\n"),
            "c.yaml:1:8: 'cells' is empty: add a group, such as '- workload: random'");
  EXPECT_EQ(error_of("cells:\n  - matrix: {}\n"),
            "c.yaml:2:13: 'matrix' is empty: its product has no cell");
  EXPECT_EQ(error_of("cells:\n  - matrix: {threads: []}\n"),
            "c.yaml:2:23: 'threads' has an empty list: give it a value");
  EXPECT_EQ(error_of("budget:\ncells: [{workload: a}]"), "c.yaml:1:1: 'budget' has no value");
  EXPECT_EQ(error_of("cells:\n  - workload:\n    threads: 1\n"),
            "c.yaml:2:5: 'workload' has no value");
  EXPECT_EQ(error_of("media: \"\"\ncells: [{workload: a}]"),
            "c.yaml:1:8: media: the value is empty");
}

TEST(CampaignErrors, bad_values_at_their_own_place) {
  EXPECT_EQ(error_of("cells:\n  - matrix: {operation_size: [64, 4Q]}\n"),
            "c.yaml:2:35: operation_size: '4Q' is not a size: write bytes or a number with K, M, G "
            "or T");
  EXPECT_EQ(error_of("cells:\n  - matrix: {operation_size: 64:*1:4K}\n"),
            "c.yaml:2:30: operation_size: range '64:*1:4K' never arrives at 4096 from 64 by *1");
  EXPECT_EQ(error_of("cells:\n  - access: wriet\n"),
            "c.yaml:2:13: access: 'wriet' is not one of: read, load, write; did you mean 'write'?");
  EXPECT_EQ(error_of("precision: 120%\ncells: [{workload: a}]"),
            "c.yaml:1:12: precision: '120%' is out of range: it must be above 0% and at most 100%");
  EXPECT_EQ(error_of("minimum_replicates: 9\nmaximum_replicates: 8\ncells: [{workload: a}]"),
            "c.yaml:2:21: minimum_replicates (9) is above maximum_replicates (8): set both");
}

TEST(CampaignErrors, more_than_can_be_measured) {
  EXPECT_EQ(error_of("cells:\n  - matrix: {burst: 1:+1:4096, threads: [1, 2, 4]}\n"),
            "c.yaml:2:5: the matrices make more than 10000 cells: split the campaign");
  EXPECT_EQ(error_of("cells:\n  - matrix: {burst: [1:+1:4096, 7]}\n"),
            "c.yaml:2:33: 'burst' has more than 4096 values");
}

}  // namespace
}  // namespace pmembench

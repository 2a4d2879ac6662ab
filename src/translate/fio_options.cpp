#include "translate/fio_options.hpp"

namespace pmembench {

const std::map<std::string_view, std::string_view>& automatic_fio_options() {
  static const std::map<std::string_view, std::string_view> kAutomatic{
      {"name", ""},
      {"description", ""},
      {"group_reporting", ""},
      {"new_group", ""},
      {"thread", "threads of one process always"},
      {"direct", ""},
      {"time_based", ""},
      {"ramp_time", "slices before the rate is steady are not kept"},
      {"ramp_size", "slices before the rate is steady are not kept"},
      {"verify", "bytes are always compared, outside of what is timed"},
      {"verify_fatal", "a wrong byte always fails the cell"},
      {"do_verify", "bytes are always compared, outside of what is timed"},
      {"steadystate", "slices are taken until the rate is steady"},
      {"ss", "slices are taken until the rate is steady"},
      {"ss_dur", "slices are taken until the rate is steady"},
      {"ss_ramp", "slices are taken until the rate is steady"},
      {"steadystate_duration", "slices are taken until the rate is steady"},
      {"percentile_list", "the percentiles that are reported are fixed"},
      {"clat_percentiles", "the percentiles that are reported are fixed"},
      {"lat_percentiles", "the percentiles that are reported are fixed"},
      {"disable_lat", ""},
      {"disable_clat", ""},
      {"disable_slat", ""},
      {"gtod_reduce", "whole slices are timed unless timing=operation"},
      {"stonewall", "cells are always measured one after the other"},
      {"wait_for_previous", "cells are always measured one after the other"},
      {"invalidate", ""},
      {"randrepeat", "a seed is always set, and in the row"},
      {"randseed", "a seed is always set, and in the row"},
      {"fallocate", ""},
      {"create_serialize", ""},
      {"unlink", "files that were made are always removed"},
      {"loops", "operations of a slice are calibrated"},
      {"number_ios", "operations of a slice are calibrated"},
      {"norandommap", "random ranges may always come again"},
      {"random_generator", ""},
      {"iomem_align", ""},
      {"exitall", ""},
      {"log_avg_msec", ""},
      {"write_bw_log", ""},
      {"write_lat_log", ""},
      {"write_iops_log", ""},
      {"iodepth_batch", ""},
      {"iodepth_batch_submit", ""},
      {"iodepth_batch_complete", ""},
      {"fixedbufs", ""},
      {"registerfiles", ""},
      {"refill_buffers", "bytes are random"},
      {"scramble_buffers", "bytes are random"},
      {"overwrite", ""}};
  return kAutomatic;
}

const std::set<std::string_view>& used_fio_options() {
  static const std::set<std::string_view> kUsed{
      "rw",        "bs",          "ioengine", "iodepth",   "numjobs", "size",
      "filesize",  "io_size",     "filename", "directory", "offset",  "runtime",
      "rwmixread", "rwmixwrite",  "fsync",    "fdatasync", "sync",    "random_distribution",
      "rate_iops", "rate_process"};
  return kUsed;
}

}  // namespace pmembench

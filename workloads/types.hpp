// The workload types: one function each, gathered by workload_list.cpp.
#pragma once

#include "workloads/workload.hpp"

namespace pmembench {

WorkloadType sequential_type();
WorkloadType random_type();
WorkloadType strided_type();
WorkloadType persist_type();
WorkloadType durability_type();
WorkloadType mix_type();
WorkloadType sizes_type();
WorkloadType copy_type();
WorkloadType chase_type();
WorkloadType loaded_type();
WorkloadType fileserver_type();
WorkloadType varmail_type();
WorkloadType webserver_type();
WorkloadType webproxy_type();
WorkloadType oltp_type();
WorkloadType overwrite_type();
WorkloadType append_fsync_type();
WorkloadType log_append_type();
WorkloadType mmap_store_type();
WorkloadType first_touch_type();
WorkloadType create_unlink_type();
WorkloadType rename_type();
WorkloadType fxmark_type();
WorkloadType ageing_type();
WorkloadType lifetime_type();
WorkloadType chases_type();
WorkloadType handover_type();
WorkloadType contend_type();
WorkloadType steps_type();
WorkloadType fill_type();
WorkloadType groups_type();
WorkloadType msync_type();
WorkloadType uniform_type();
WorkloadType pairs_type();
WorkloadType alternate_type();
WorkloadType reload_type();

}  // namespace pmembench

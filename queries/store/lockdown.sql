-- Defence in depth, in an order that works: each setting while it can still be set, the lock last.
set autoinstall_known_extensions = false;
set autoload_known_extensions = false;
set allow_community_extensions = false;
set enable_external_access = false;
set lock_configuration = true;

{$teahouse_page nofilter}

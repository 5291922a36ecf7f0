# The API's description, as it lies beside this file, in the program: teahouse_openapi_begin up to teahouse_openapi_end.
    .section .rodata
    .global teahouse_openapi_begin
    .global teahouse_openapi_end
teahouse_openapi_begin:
    .incbin "api/openapi.json"
teahouse_openapi_end:
    .section .note.GNU-stack, "", %progbits

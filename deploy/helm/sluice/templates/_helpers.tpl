{{/* SPDX-License-Identifier: Apache-2.0 */}}
{{- define "sluice.name" -}}
{{ printf "%s-controller" .Release.Name | trunc 50 }}
{{- end }}
{{- define "sluice.proxy" -}}
{{ printf "%s-proxy" .Release.Name | trunc 50 }}
{{- end }}
{{- define "sluice.clusterName" -}}
{{ printf "%s-%s" .Release.Namespace (include "sluice.name" .) }}
{{- end }}

{{/* One entry for each address: host:port flags. */}}
{{- define "sluice.entries" -}}
{{- $entries := list }}
{{- range $address := .addresses }}
{{- $entries = append $entries (printf "%s:%v %s" $address $.port (join " " $.flags) | trim) }}
{{- end }}
{{- join ", " $entries }}
{{- end }}

{{- define "sluice.proxyListen" -}}
{{- $out := list }}
{{- with .Values.proxy.http }}{{ if .enabled }}
{{- $out = append $out (include "sluice.entries" (dict "addresses" $.Values.proxy.addresses "port" .containerPort "flags" .parameters)) }}
{{- end }}{{ end }}
{{- with .Values.proxy.tls }}{{ if .enabled }}
{{- $out = append $out (include "sluice.entries" (dict "addresses" $.Values.proxy.addresses "port" .containerPort "flags" (append .parameters "ssl" | uniq))) }}
{{- end }}{{ end }}
{{- default "off" (join ", " $out) }}
{{- end }}

{{- define "sluice.streamListen" -}}
{{- $out := list }}
{{- range .Values.proxy.stream }}
{{- $flags := default (list) .parameters }}
{{- if eq (upper (default "TCP" .protocol)) "UDP" }}{{ $flags = append $flags "udp" | uniq }}{{ end }}
{{- $out = append $out (include "sluice.entries" (dict "addresses" $.Values.proxy.addresses "port" .containerPort "flags" $flags)) }}
{{- end }}
{{- default "off" (join ", " $out) }}
{{- end }}

{{- define "sluice.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end }}
{{- define "sluice.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}
